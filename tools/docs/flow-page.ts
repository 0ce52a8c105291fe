import type { PhaseWords } from '../../domain/flow.js';
import type { Locale, Text } from '../../domain/locale.js';
import type { Milliseconds } from '../../domain/time.js';
import { PAUSES, type Pause, type PauseName, type WaitingTiming } from '../../domain/waiting.js';
import type { Checked } from '../../domain/validation.js';
import { diagram, type Drawing, type DrawnRow } from './diagram.js';
import { code, codes, inWords, pauseInWords, table, wordsTable } from './markdown.js';

export interface DocumentedRow extends DrawnRow {
  readonly pause?: string;
  readonly reason?: string;
  readonly allows?: string;
}

/** A field of an input, and an input that breaks its rule: the page shows the rule in the words of the check. */
export type Field = readonly [field: string, meaning: string, otherwise: string, probe: object];

/** A flow, with what only its page needs. */
export interface DocumentedFlow {
  readonly rows: readonly DocumentedRow[];
  readonly phases: Readonly<Record<string, PhaseWords>>;
  readonly triggers: Readonly<Record<string, Text>>;
  readonly guards: Readonly<Record<string, { readonly means: Text }>>;
  readonly ends: Readonly<Record<string, string>>;
  readonly fields: readonly Field[];
  readonly check: (input: object) => Checked<unknown>;
  /** The defaults of `timing`, and the meaning of each length of time besides the pauses. Absent: none can be changed. */
  readonly timing?: WaitingTiming;
  readonly lengths: Readonly<Record<string, string>>;
  /** Lengths of time that cannot be changed. */
  readonly fixed: readonly (readonly [name: string, length: Milliseconds | Pause, means: string])[];
  readonly drawing: Drawing;
}

/** The parts of a flow's page that are generated, by name. */
export function flowParts(flow: DocumentedFlow): Record<string, () => string> {
  return {
    'the input': () => inputTable(flow.fields, flow.check),
    'the states': () => statesTable(flow, 'en'),
    'the diagram': () => diagram(flow.rows, flow.drawing),
    'the ends': () => wordsTable(['`ended`', 'what it means'], flow.ends),
    'the times': () => timesTable(flow),
    ...tableParts(flow, 'en'),
  };
}

/** The generated parts that exist in every language: the state table, and what its names mean. */
export function tableParts(flow: DocumentedFlow, locale: Locale): Record<string, () => string> {
  return {
    'the table': () => stateTable(flow, locale),
    'the triggers': () => wordsTable(HEADS.triggers[locale], inLanguage(flow.triggers, locale)),
    'the conditions': () => wordsTable(HEADS.conditions[locale], inLanguage(meaningsOf(flow), locale)),
  };
}

const HEADS = {
  states: { en: ['state', '`WxpayState`', 'what happens'], zh: ['状态', '`WxpayState`', '说明'] },
  table: {
    en: ['', 'from', 'on', 'when', 'to', 'with'],
    zh: ['', '所处状态', '触发', '条件', '转到', '附带'],
  },
  triggers: { en: ['on', 'what it is'], zh: ['触发', '含义'] },
  conditions: { en: ['when', 'what must be so'], zh: ['条件', '含义'] },
  pauses: { en: ['pause', 'length', 'before asking again because'], zh: ['暂停', '时长', '再次查询之前，因为'] },
} as const;

const WORDS = {
  any: { en: '_any_', zh: '_任意_' },
  anyBut: { en: '_any_ but', zh: '_任意_，除' },
  asBefore: { en: 'as before', zh: '不变' },
  pause: { en: 'pause', zh: '暂停' },
  reason: { en: 'reason', zh: '原因' },
  allows: { en: 'also while', zh: '亦允许于' },
} as const satisfies Record<string, Text>;

export function statesTable({ phases }: DocumentedFlow, locale: Locale): string {
  return table(
    HEADS.states[locale],
    Object.entries(phases).map(([phase, { means, visible }]) => [
      code(phase),
      visible === undefined ? WORDS.asBefore[locale] : code(visible),
      means[locale],
    ]),
  );
}

/** Every pause, with its default length. */
export function pausesTable(locale: Locale): string {
  return table(
    HEADS.pauses[locale],
    Object.entries(PAUSES).map(([name, pause]) => [code(name), pauseInWords(pause, locale), pause.means[locale]]),
  );
}

/** A table of input fields, each with its rule. */
export function inputTable(fields: readonly Field[], check: DocumentedFlow['check']): string {
  return table(
    ['field', 'meaning', 'default', 'rule'],
    fields.map(([field, meaning, otherwise, probe]) => [code(field), meaning, otherwise, ruleFor(field, check(probe))]),
  );
}

/** A state table. The first row that matches is followed. */
function stateTable({ rows, phases }: DocumentedFlow, locale: Locale): string {
  return table(
    HEADS.table[locale],
    rows.map((row, index) => [
      String(index + 1),
      fromInWords(row.from, phasesIn(rows, phases), locale),
      codes(row.on),
      row.when === undefined ? '' : code(row.when),
      code(row.to),
      withInWords(row, locale),
    ]),
  );
}

/** The phases that a row can be in. `ended` is one of them only if an event can reopen the flow. */
function phasesIn(rows: readonly DocumentedRow[], phases: DocumentedFlow['phases']): string[] {
  return [...Object.keys(phases), ...(rows.some(({ from }) => from.includes('ended')) ? ['ended'] : [])];
}

/** If a row is for nearly all states, the others are listed. */
function fromInWords(from: readonly string[], phases: readonly string[], locale: Locale): string {
  const others = phases.filter((phase) => !from.includes(phase));
  if (others.length === 0) return WORDS.any[locale];
  return others.length === 1 ? `${WORDS.anyBut[locale]} ${codes(others)}` : codes(from);
}

function withInWords({ pause, reason, allows }: DocumentedRow, locale: Locale): string {
  return Object.entries({ pause, reason, allows })
    .filter(([, name]) => name !== undefined)
    .map(([what, name]) => `${WORDS[what as 'pause' | 'reason' | 'allows'][locale]} ${code(name ?? '')}`)
    .join(', ');
}

function timesTable({ fixed, lengths, timing, check }: DocumentedFlow): string {
  const cannotChange = fixed.map(([name, length, means]) => {
    return [code(name), typeof length === 'number' ? inWords(length) : pauseInWords(length), means];
  });
  if (timing === undefined) return table(['name', 'length', 'what it is'], cannotChange);
  const defaults = timing as WaitingTiming & Readonly<Record<string, Milliseconds>>;
  const pauses = Object.keys(timing.pauses) as PauseName[];
  return table(
    ['name in `timing`', 'default', 'what it is', 'may be'],
    [
      ...cannotChange.map((cells) => [...cells, 'fixed']),
      ...Object.entries(lengths).map(([name, means]) => {
        return [code(name), inWords(defaults[name] ?? 0), means, boundsOf(name, check)];
      }),
      ...pauses.map((name) => [
        code(`pauses.${name}`),
        pauseInWords(timing.pauses[name]),
        PAUSES[name].means.en,
        boundsOf(`pauses.${name}.first`, check),
      ]),
    ],
  );
}

/** The bounds of a length of time, in the words of its check. */
function boundsOf(path: string, check: DocumentedFlow['check']): string {
  const wrong = path.split('.').reduceRight<unknown>((inner, name) => ({ [name]: inner }), 'x');
  const rule = ruleFor(`timing.${path}`, check({ timing: wrong }));
  return rule.slice(rule.lastIndexOf(', ') + 2);
}

/** The rule that an input breaks in a field. @throws Error if it breaks none */
function ruleFor(field: string, checked: Checked<unknown>): string {
  const faults = checked.ok ? [] : checked.faults;
  const found = faults.find((each) => each.field.split(', ').includes(field));
  if (found === undefined) throw new Error(`the input that should break the rule of ${field} is valid`);
  return found.rule;
}

function meaningsOf({ guards }: DocumentedFlow): Record<string, Text> {
  return Object.fromEntries(Object.entries(guards).map(([name, { means }]) => [name, means]));
}

function inLanguage(words: Readonly<Record<string, Text>>, locale: Locale): Record<string, string> {
  return Object.fromEntries(Object.entries(words).map(([name, text]) => [name, text[locale]]));
}
