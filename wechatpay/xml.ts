import { Parser } from 'xml2js';

/** No v2 answer or notification is near this size. */
export const MAX_XML_BYTES = 64 * 1024;

/** A message with more fields is refused before it is parsed: v2's have 20 to 60, and three more for each coupon. */
export const MAX_XML_FIELDS = 150;

/** The most tags, texts, CDATA sections and references: a field has four, with the white space after it. */
const MAX_XML_PARTS = 4 * MAX_XML_FIELDS + 10;

type Fault = { readonly fault: string };

/** v2's names all have this shape (`coupon_fee_0`). No name with a meaning in JavaScript or xml2js has it. */
const NAME = /^[a-z][a-z0-9_]{0,63}$/;
const DECLARATION =
  /^<\?xml\s+version\s*=\s*(?:"1\.0"|'1\.0')(?:\s+encoding\s*=\s*(?:"utf-8"|'utf-8'))?(?:\s+standalone\s*=\s*(?:"yes"|'yes'))?\s*\?>/i;
const TOKEN = /<!\[CDATA\[(?<cdata>[\s\S]*?)\]\]>|<(?<close>\/?)(?<name>[^\s<>/!?]+)\s*(?<empty>\/?)>|(?<plain>[^<]+)/y;
const REFERENCE = /&(?:amp|lt|gt|quot|apos|#([0-9]{1,7})|#x([0-9A-Fa-f]{1,6}));/g;
const SPACE = /^[ \t\r\n]*$/;
/** What XML 1.0 cannot carry, not even as a reference: control characters, lone surrogates, two non-characters. */
const NO_CHARACTER = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/**
 * Reads a v2 message: one root `<xml>`, with children that hold text and nothing else. What comes from outside passes a
 * gate of our own first, because xml2js accepts a DOCTYPE, ignores what follows the root, turns duplicates into arrays
 * and fails on names such as `toString`.
 *
 * @param bytes as they came, at most {@link MAX_XML_BYTES}, in UTF-8; a byte order mark before them is dropped
 * @returns the fields, in their order; or what is wrong, with nothing of the message but a field's name
 */
export function parseXml(bytes: Uint8Array): ReadonlyMap<string, string> | Fault {
  if (bytes.byteLength > MAX_XML_BYTES) return { fault: `the XML is larger than ${MAX_XML_BYTES} bytes` };
  const text = decode(bytes);
  if (text === undefined) return { fault: 'the XML is not UTF-8' };
  if (NO_CHARACTER.test(text)) return { fault: 'the XML has a character that XML cannot carry' };
  const names = namesOf(text);
  return names instanceof Set ? valuesOf(text, names) : names;
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The gate: the names of the fields, if the text has the one form that is accepted. */
function namesOf(text: string): Set<string> | Fault {
  const names = new Set<string>();
  const path: string[] = [];
  let hasRoot = false;
  let parts = 0;
  TOKEN.lastIndex = DECLARATION.exec(text)?.[0].length ?? 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const { name, close, empty, plain, cdata } = TOKEN.exec(text)?.groups ?? {};
    parts += plain?.split('&').length ?? 1;
    if (parts > MAX_XML_PARTS || names.size > MAX_XML_FIELDS)
      return { fault: 'the XML has more fields, or more references, than any of v2' };
    if (plain !== undefined || cdata !== undefined) {
      const fault = faultOfText(plain, cdata, path.length);
      if (fault !== undefined) return { fault };
    } else if (name === undefined) {
      return { fault: faultOfMarkup(text.slice(at, at + 2)) };
    } else if (close !== '') {
      if (path.pop() !== name || empty !== '') return { fault: 'the XML has an end tag that ends nothing' };
    } else {
      const fault = path.length === 0 ? faultOfRoot(name, hasRoot) : faultOfField(name, path.length, names);
      if (fault !== undefined) return { fault };
      if (path.length > 0) names.add(name);
      hasRoot = true;
      if (empty === '') path.push(name);
    }
  }
  return hasRoot && path.length === 0 ? names : { fault: 'the XML ends too early' };
}

function faultOfText(plain: string | undefined, cdata: string | undefined, depth: number): string | undefined {
  if (depth < 2 && (cdata !== undefined || !SPACE.test(plain ?? ''))) return 'the XML has text outside its fields';
  const rest = plain?.replace(REFERENCE, restOfReference) ?? '';
  return /&|\]\]>/.test(rest) ? 'the XML has a reference that is not known, or a stray ]]>' : undefined;
}

/** Removes a reference to what XML can carry. Another one stays, to be found. */
function restOfReference(reference: string, decimal?: string, hex?: string): string {
  const code = decimal === undefined ? parseInt(hex ?? '20', 16) : Number(decimal);
  return code > 0x10ffff || NO_CHARACTER.test(String.fromCodePoint(code)) ? reference : ' ';
}

function faultOfRoot(name: string, hasRoot: boolean): string | undefined {
  if (hasRoot) return 'something follows the root of the XML';
  return name === 'xml' ? undefined : 'the root of the XML is not <xml>';
}

function faultOfField(name: string, depth: number, names: ReadonlySet<string>): string | undefined {
  if (depth > 1) return 'the XML has a field within a field';
  if (!NAME.test(name)) return 'the XML has a field whose name is not of the documented form';
  return names.has(name) ? `the XML has the field ${name} twice` : undefined;
}

function faultOfMarkup(start: string): string {
  if (start === '<!') return 'the XML has a declaration such as DOCTYPE, a comment, or a CDATA that does not end';
  if (start === '<?') return 'the XML has a processing instruction, or a declaration that is not of 1.0 in UTF-8';
  return 'the XML has a tag with attributes, or one that does not end';
}

/** Put before each name, so that none can equal a built-in of JavaScript or a special name of xml2js. */
const PREFIX = '/';

function valuesOf(text: string, names: ReadonlySet<string>): ReadonlyMap<string, string> | Fault {
  const root = readTree(text);
  const values = new Map<string, string>();
  for (const name of names) {
    const value = root.get(PREFIX + name);
    if (typeof value !== 'string') return { fault: 'the XML cannot be read' };
    values.set(name, value);
  }
  // If gate and parser read different fields, neither is believed.
  return root.size === names.size ? values : { fault: 'the XML cannot be read' };
}

function readTree(text: string): ReadonlyMap<string, unknown> {
  let root: unknown;
  try {
    const parser = new Parser({
      explicitRoot: false,
      explicitArray: false,
      ignoreAttrs: true,
      tagNameProcessors: [(name) => PREFIX + name],
    });
    parser.parseString(text, (error, result: unknown) => {
      root = error === null ? result : undefined;
    });
  } catch {
    root = undefined;
  }
  return new Map(typeof root === 'object' && root !== null ? Object.entries(root) : []);
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };

/**
 * Writes a v2 message, which {@link parseXml} reads back as it was. (xml2js's builder loses the second `]]>` of a value.)
 *
 * @throws TypeError for a name that is not of v2's shape, or a value that XML cannot carry; it repeats neither
 */
export function buildXml(fields: ReadonlyMap<string, string>): string {
  const lines = [...fields].map(([name, value]) => {
    if (!NAME.test(name)) throw new TypeError("a v2 field's name is lower-case letters, digits and _");
    if (NO_CHARACTER.test(value)) throw new TypeError(`XML cannot carry the value of ${name}`);
    return `<${name}>${value.replace(/[&<>\r]/g, (character) => ESCAPES[character] ?? '')}</${name}>\n`;
  });
  return `<xml>\n${lines.join('')}</xml>`;
}
