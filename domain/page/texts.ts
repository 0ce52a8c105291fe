import type { Locale, Text } from '../locale.js';

/** The names in braces in a text, which stand for values. */
type Slots<T extends string> = T extends `${string}{${infer Slot}}${infer Rest}` ? Slot | Slots<Rest> : never;

/** A text with its values filled in. The compiler finds a value that is missing in either language. */
export function fill<T extends Text>(
  text: T,
  locale: Locale,
  values: Readonly<Record<Slots<T[Locale]>, string>>,
): string {
  const byName: Readonly<Record<string, string>> = values;
  return text[locale].replace(/\{(\w+)\}/g, (_slot, name: string) => byName[name] ?? '');
}

/** Between two sentences, and between two parts of a list. */
export const BETWEEN = {
  sentences: { en: ' ', zh: '' },
  alternatives: { en: ', or ', zh: '，或' },
  values: { en: ', ', zh: '、' },
} as const satisfies Record<string, Text>;

export const MONEY = {
  inSmallestUnit: { en: '{money} (in the smallest unit)', zh: '{money}（最小货币单位）' },
  unknown: { en: 'amount unknown', zh: '金额未知' },
} as const satisfies Record<string, Text>;

export const PAYMENTS = {
  reported: {
    en: 'WeChat Pay reported a payment, verified: {facts}.',
    zh: '微信支付告知收到付款（已验签）：{facts}。',
  },
  more: { en: 'And {count} more payments that it reported.', zh: '另有 {count} 笔已告知的付款。' },
  notKept: {
    en: 'And {count} more notifications of other payments, which are too many to be kept: look for them at WeChat Pay.',
    zh: '另有 {count} 条其他付款的通知，因数量过多未予保留：请到微信支付商户平台核实。',
  },
  transaction: { en: 'transaction {id}', zh: '微信支付订单号 {id}' },
  noTransaction: { en: 'transaction not named', zh: '未告知微信支付订单号' },
  at: { en: 'paid {at}', zh: '支付时间 {at}' },
} as const satisfies Record<string, Text>;

/** Shown in place of a call's name if a notification brought the answer. */
export const NOTIFICATION = { en: 'notification', zh: '通知' } as const satisfies Text;

export const LAST_ANSWER = {
  none: { en: 'WeChat Pay was not asked yet.', zh: '尚未向微信支付查询。' },
  said: {
    en: 'Last answer: {said} ({call}, {at}{requestId}).',
    zh: '最近一次应答：{said}（{call}，{at}{requestId}）。',
  },
  requestId: { en: ', Request-ID {requestId}', zh: '，Request-ID {requestId}' },
  askedAgain: { en: '; WeChat Pay is asked again at {until}', zh: '；将于 {until} 再次查询微信支付' },
} as const satisfies Record<string, Text>;

export const WHY = {
  reason: { en: '**Why**: {reason}', zh: '**原因**：{reason}' },
  advice: { en: '**Advice**: {advice}', zh: '**建议**：{advice}' },
} as const satisfies Record<string, Text>;

export const OFFERS = {
  some: {
    en: '**What can be done** (in Temporal UI: *Send an Update*, with this name and this JSON as its input):',
    zh: '**可以执行的操作**（在 Temporal UI 中选择 *Send an Update*，填入名称，并以下方 JSON 为输入）：',
  },
  brief: { en: '**What can be done** (the JSON is above):', zh: '**可以执行的操作**（JSON 见上文）：' },
  item: { en: '- {update}: {text}', zh: '- {update}：{text}' },
  none: { en: 'Nothing needs to be done now.', zh: '目前无需人工操作。' },
  resolvedAs: {
    en: 'Instead of {as}, it can be {others}; `note` and `by` are yours to write.',
    zh: '{as} 可改为 {others}；`note` 与 `by` 请如实填写。',
  },
  note: { en: 'what was found, and where', zh: '请写明核实的结果与依据' },
  by: { en: 'your name', zh: '经办人姓名' },
} as const satisfies Record<string, Text>;
