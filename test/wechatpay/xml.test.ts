import { describe, expect, it, vi } from 'vitest';
import { Parser } from 'xml2js';
import { buildXml, MAX_XML_BYTES, MAX_XML_FIELDS, parseXml } from '../../wechatpay/xml.js';

const parse = (text: string) => parseXml(Buffer.from(text));
const fields = (record: Record<string, string>) => new Map(Object.entries(record));

/** The answer's sample in the close's document (S2). */
const SAMPLE = `<xml>
   <return_code><![CDATA[SUCCESS]]></return_code>
   <return_msg><![CDATA[OK]]></return_msg>
   <appid><![CDATA[wx2421b1c4370ec43b]]></appid>
   <mch_id><![CDATA[10000100]]></mch_id>
   <nonce_str><![CDATA[BFK89FC6rxKCOjLX]]></nonce_str>
   <sign><![CDATA[72B321D92A7BFA0B2509F3D13C7B1631]]></sign>
   <result_code><![CDATA[SUCCESS]]></result_code>
</xml> `;

const BILLION_LAUGHS = `<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;">]>
<xml><return_code>&lol2;</return_code></xml>`;

describe('XML that is let in', () => {
  it("is read from the document's sample, in its order", () => {
    expect([...(parse(SAMPLE) as ReadonlyMap<string, string>)]).toEqual([
      ['return_code', 'SUCCESS'],
      ['return_msg', 'OK'],
      ['appid', 'wx2421b1c4370ec43b'],
      ['mch_id', '10000100'],
      ['nonce_str', 'BFK89FC6rxKCOjLX'],
      ['sign', '72B321D92A7BFA0B2509F3D13C7B1631'],
      ['result_code', 'SUCCESS'],
    ]);
  });

  it.each([
    ['plain text', 'a b', 'a b'],
    ['references', '&lt;&amp;&gt;&quot;&apos;&#65;&#x4e2d;', '<&>"\'A中'],
    ['a reference that is text once it is read', '&amp;lt;', '&lt;'],
    ['a reference between brackets', ']&lt;]>', ']<]>'],
    ['CDATA', '<![CDATA[<b>&amp;]] >]]>', '<b>&amp;]] >'],
    ['markup that CDATA makes text', '<![CDATA[<!DOCTYPE a><?b?></xml>]]>', '<!DOCTYPE a><?b?></xml>'],
    ['CDATA that holds its own end', '<![CDATA[a]]]]><![CDATA[>b]]>', 'a]]>b'],
    ['text and CDATA', ' a<![CDATA[ b ]]>c ', ' a b c '],
    ['white space only', ' \n', ' \n'],
    ['white space in CDATA', '<![CDATA[  ]]>', '  '],
    ['nothing', '', ''],
    ['empty CDATA', '<![CDATA[]]>', ''],
    ['Chinese and emoji', '签名错误😀', '签名错误😀'],
  ])('may hold %s', (_, text, value) => {
    expect(parse(`<xml><a>${text}</a></xml>`)).toEqual(fields({ a: value }));
  });

  it.each([
    ['a declaration', '<?xml version="1.0" encoding="UTF-8"?>\n<xml><a>1</a></xml>'],
    ['a declaration in other quotes', `<?xml version='1.0' encoding='utf-8' standalone='yes'?><xml><a>1</a></xml>`],
    ['a byte order mark', '\ufeff<xml><a>1</a></xml>'],
    ['white space around', '\r\n<xml>\t<a >1</a >\n</xml >\n'],
  ])('may have %s', (_, xml) => {
    expect(parse(xml)).toEqual(fields({ a: '1' }));
  });

  it('may be empty, or have empty fields', () => {
    expect(parse('<xml></xml>')).toEqual(new Map());
    expect(parse('<xml/>')).toEqual(new Map());
    expect(parse('<xml><a/><b></b></xml>')).toEqual(fields({ a: '', b: '' }));
  });

  it('may name a field as JavaScript or xml2js names a thing of its own', () => {
    const xml = '<xml><constructor>1</constructor><cdata><![CDATA[2]]></cdata><a>3</a></xml>';
    expect(parse(xml)).toEqual(fields({ constructor: '1', cdata: '2', a: '3' }));
  });

  it('may be as large as the limit', () => {
    const room = MAX_XML_BYTES - '<xml><a></a></xml>'.length;
    expect(parse(`<xml><a>${'x'.repeat(room)}</a></xml>`)).toEqual(fields({ a: 'x'.repeat(room) }));
  });
});

const fieldsOf = (count: number, of = (name: string) => `<${name}>1</${name}>\n`): string =>
  Array.from({ length: count }, (_, at) => of(`f${at}`)).join('');

describe('XML of many fields', () => {
  it('is let in with as many as v2 can have', () => {
    const cdata = (name: string): string => `<${name}><![CDATA[1]]></${name}>\r\n  `;
    expect(parse(`<xml>\n${fieldsOf(MAX_XML_FIELDS, cdata)}</xml>\n`)).toHaveProperty('size', MAX_XML_FIELDS);
  });

  it.each([
    ['one more', `<xml>${fieldsOf(MAX_XML_FIELDS + 1)}</xml>`],
    ['one more, and all empty', `<xml>${fieldsOf(MAX_XML_FIELDS + 1, (name) => `<${name}/>`)}</xml>`],
    ['thousands', `<xml>${fieldsOf(8_000, (name) => `<${name}/>`)}</xml>`],
    ['a field in thousands of pieces', `<xml><a>${'<![CDATA[]]>'.repeat(5_000)}</a></xml>`],
    ['a field of thousands of references', `<xml><a>${'&#65;'.repeat(10_000)}</a></xml>`],
  ])('is refused before it is parsed, with %s', (_, xml) => {
    const parser = vi.spyOn(Parser.prototype, 'parseString');
    expect(parse(xml)).toEqual({ fault: 'the XML has more fields, or more references, than any of v2' });
    expect(parser).not.toHaveBeenCalled();
    // The count can fail: what is let in is parsed once.
    parse(SAMPLE);
    expect(parser).toHaveBeenCalledOnce();
    parser.mockRestore();
  });
});

describe('XML that is not let in', () => {
  it.each([
    ['is larger than the limit', `<xml><a>${'x'.repeat(MAX_XML_BYTES)}</a></xml>`, 'larger than 65536 bytes'],
    ['is a billion laughs', BILLION_LAUGHS, 'DOCTYPE'],
    ['has a DOCTYPE', '<!DOCTYPE xml SYSTEM "file:///etc/passwd"><xml><a>1</a></xml>', 'DOCTYPE'],
    ['has a DOCTYPE inside', '<xml><!DOCTYPE x><a>1</a></xml>', 'DOCTYPE'],
    ['has a comment', '<xml><a>1<!-- 2 --></a></xml>', 'comment'],
    ['has a CDATA that does not end', '<xml><a><![CDATA[1</a></xml>', 'CDATA'],
    ['has a processing instruction', '<xml><a>1</a><?php echo 1 ?></xml>', 'processing instruction'],
    ['has a second declaration', '<?xml version="1.0"?><?xml version="1.0"?><xml/>', 'processing instruction'],
    ['has a declaration after white space', ' <?xml version="1.0"?><xml/>', 'processing instruction'],
    ['says that it is in GBK', '<?xml version="1.0" encoding="GBK"?><xml/>', 'not of 1.0 in UTF-8'],
    ['says that it is XML 1.1', '<?xml version="1.1"?><xml/>', 'not of 1.0 in UTF-8'],
    ['has a reference to an entity', '<xml><a>&lol;</a></xml>', 'reference'],
    ['has a stray &', '<xml><a>a & b</a></xml>', 'reference'],
    ['has a stray ]]>', '<xml><a>]]></a></xml>', 'reference'],
    ['refers to a control character', '<xml><a>&#0;</a></xml>', 'reference'],
    ['refers to a bell', '<xml><a>&#7;</a></xml>', 'reference'],
    ['refers to what is never a character', '<xml><a>&#xFFFE;</a></xml>', 'reference'],
    ['refers to half a pair', '<xml><a>&#xD800;</a></xml>', 'reference'],
    ['refers to no character at all', '<xml><a>&#x110000;</a></xml>', 'reference'],
    ['has a control character', '<xml><a>\u0007</a></xml>', 'XML cannot carry'],
    ['has two byte order marks', '\ufeff\ufeff<xml/>', 'text outside'],
    ['has another root', '<html><a>1</a></html>', 'root of the XML is not <xml>'],
    ['has its root in capitals', '<XML><a>1</a></XML>', 'root of the XML is not <xml>'],
    ['has two roots', '<xml><a>1</a></xml><xml><a>2</a></xml>', 'follows the root'],
    ['has an element after its root', '<xml/><a/>', 'follows the root'],
    ['has text after its root', '<xml><a>1</a></xml>x', 'text outside'],
    ['has CDATA after its root', '<xml></xml><![CDATA[ ]]>', 'text outside'],
    ['has text before its root', 'x<xml/>', 'text outside'],
    ['has text beside its fields', '<xml>x<a>1</a></xml>', 'text outside'],
    ['has CDATA beside its fields', '<xml><![CDATA[x]]><a>1</a></xml>', 'text outside'],
    ['has a field named __proto__', '<xml><__proto__>1</__proto__></xml>', 'name is not of the documented form'],
    ['has a field named toString', '<xml><toString>1</toString></xml>', 'name is not of the documented form'],
    ['has a field with a namespace', '<xml><a:b>1</a:b></xml>', 'name is not of the documented form'],
    ['has a field with a long name', `<xml><${'a'.repeat(65)}/></xml>`, 'name is not of the documented form'],
    ['has a field twice', '<xml><total_fee>1</total_fee><total_fee>2</total_fee></xml>', 'field total_fee twice'],
    ['has an empty field twice', '<xml><a/><a>1</a></xml>', 'field a twice'],
    ['has a field within a field', '<xml><a><b>1</b></a></xml>', 'within a field'],
    ['has an empty field within a field', '<xml><a>1<b/></a></xml>', 'within a field'],
    ['has an attribute', '<xml><a b="1">1</a></xml>', 'attributes'],
    ['has an attribute at its root', '<xml a="1"><a>1</a></xml>', 'attributes'],
    ['ends a field by another name', '<xml><a>1</b></xml>', 'ends nothing'],
    ['ends its root early', '<xml><a>1</xml>', 'ends nothing'],
    ['ends what it did not begin', '</xml>', 'ends nothing'],
    ['has an end tag that is empty', '<xml><a>1</a/></xml>', 'ends nothing'],
    ['is cut off', '<xml><a>1</a>', 'too early'],
    ['is cut off in a tag', '<xml><a>1</a', 'does not end'],
    ['is nothing', '', 'too early'],
    ['is JSON', '{"code":"SYSTEM_ERROR"}', 'text outside'],
  ])('%s', (_, xml, fault) => {
    expect(parse(xml)).toEqual({ fault: expect.stringContaining(fault) });
  });

  it('is in no valid UTF-8', () => {
    const bytes = Buffer.concat([Buffer.from('<xml><a>'), Buffer.from([0xc3, 0x28]), Buffer.from('</a></xml>')]);
    expect(parseXml(bytes)).toEqual({ fault: 'the XML is not UTF-8' });
    expect(parseXml(Buffer.from('\ufeff<xml><a>1</a></xml>', 'utf16le'))).toEqual({ fault: 'the XML is not UTF-8' });
  });

  it('is refused in a moment, however it is made', () => {
    const start = performance.now();
    for (const part of ['<', '<a', 'a', '<![CDATA[', ']]>', '&amp;', '&', ' ', '<a/>', '<?']) {
      const long = part.repeat((MAX_XML_BYTES - 100) / part.length);
      expect(parse(`<xml><a>${long}`)).toHaveProperty('fault');
      expect(parse(`<xml><a${long}`)).toHaveProperty('fault');
      expect(parse(`<?xml ${long}`)).toHaveProperty('fault');
    }
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

describe('XML that is written', () => {
  it.each([
    ['plain', 'wx2421b1c4370ec43b'],
    ['empty', ''],
    ['markup', '<a b="c">&amp;\'</a>'],
    ['ends of CDATA', ']]>]]><![CDATA['],
    ['white space', ' a\r\n\tb '],
    ['Chinese and emoji', '订单😀'],
  ])('is read back as it was where a value is %s', (_, value) => {
    const message = fields({ out_trade_no: '1415983244', attach: value });
    expect(parse(buildXml(message))).toEqual(message);
  });

  it("looks as the document's sample does", () => {
    expect(buildXml(fields({ appid: 'wx2421b1c4370ec43b', mch_id: '10000100' }))).toBe(
      '<xml>\n<appid>wx2421b1c4370ec43b</appid>\n<mch_id>10000100</mch_id>\n</xml>',
    );
  });

  it('is not written with a name or a value that could not be read back, and repeats neither', () => {
    expect(() => buildXml(fields({ 'a><b': '1' }))).toThrow("a v2 field's name is lower-case letters, digits and _");
    expect(() => buildXml(fields({ attach: 'secret\u0000' }))).toThrow(/^XML cannot carry the value of attach$/);
  });
});
