import { listOf, matching, oneOf, wholeNumber } from '../../process/command-line.js';
import { closeAction, ENDS, resolveAction, RETRY } from './actions.js';
import { adopt, DEFAULT_ADOPT_RATE } from './adopt.js';
import { DEFAULT_LIMIT, list } from './list.js';
import { EXITS, one, oneOrMany } from './many.js';
import { CHECK, cancelAction, extendAction, LATE, recordAction } from './one.js';
import { anyText, bulk, by, type CommandRow, merchant, named, noteOption, rateOf, selecting } from './options.js';
import { outcomes, resend } from './outcomes.js';
import { show } from './show.js';

/** Every command. Adding one is adding its row here. */
export const COMMANDS = {
  list: {
    means: {
      en: 'List orders: by default all that are open, the newest first.',
      zh: '列出订单：默认列出所有未了结的，最新的在前。',
    },
    takes: '[conditions...]',
    options: [
      {
        flags: '--limit <count>',
        means: { en: `how many at most; default ${DEFAULT_LIMIT}`, zh: `最多列出的数量；默认 ${DEFAULT_LIMIT}` },
        parse: wholeNumber(1, 10_000),
      },
      { flags: '--all', means: { en: 'also those that have ended', zh: '包括已了结的' } },
    ],
    examples: {
      'state=needs-attention': { en: 'all that need a person', zh: '所有需人工处理的' },
      'reason=signature-refused merchant=1900000109': { en: 'of one cause and merchant', zh: '某一原因、某一商户' },
      'kind=order due-before=now older-than=1h': { en: 'what is overdue, and not new', zh: '已过截止时间且非新建的' },
    },
    run: (desk, args, { limit, all = false }) => list(desk, { conditions: args.join(' '), ended: all }, limit),
  },
  show: {
    means: {
      en: 'Tell one order as a story: every step, what WeChat Pay said, what is next, and what can be done. Needs no worker.',
      zh: '逐步讲述一个订单：每一步、微信支付的应答、下一步以及可执行的操作。无需 worker。',
    },
    takes: '<order>',
    options: [merchant, { flags: '--all', means: { en: 'every step of a long story', zh: '显示全部步骤' } }],
    examples: {
      'order/1900000109/A1001': { en: 'by the id of its workflow', zh: '以工作流 ID 指定' },
      '1900000109/A1001 --lang zh': { en: 'in Chinese', zh: '以中文显示' },
      'payscore/1900000109/R1001 --json': { en: 'a service order, for programs', zh: '服务订单，供程序使用' },
    },
    run: (desk, args, options) => show(desk, named(args, options), options.all ?? false),
  },
  check: {
    means: {
      en: 'Ask WeChat Pay about an order now. It never closes one. A service order is shown as it is.',
      zh: '立即查单，不会因此关单。服务订单则显示当前状态。',
    },
    takes: '<order>',
    options: [merchant],
    examples: {
      'order/1900000109/A1001': { en: 'by the id of its workflow', zh: '以工作流 ID 指定' },
      A1001: { en: 'by its number, if only one merchant has it', zh: '以单号指定（仅一个商户有此单号时）' },
    },
    run: (desk, args, options) => one(desk, CHECK, named(args, options)),
  },
  close: {
    means: {
      en: 'Close at the first allowed instant, without waiting for the deadline. This cannot be taken back.',
      zh: '不等截止时间，在允许的最早时刻关单。此操作不可撤回。',
    },
    takes: '[order]',
    options: [
      merchant,
      {
        flags: '--replaced-by <number>',
        means: { en: 'the number under which the order was placed anew', zh: '重新下单所用的新单号' },
        parse: anyText,
      },
      ...bulk,
    ],
    examples: {
      'A1001 --replaced-by A1002': { en: 'one order', zh: '单个订单' },
      "--where 'merchant=1900000109 state=awaiting-payment'": { en: 'many', zh: '批量' },
    },
    run: (desk, args, options) => oneOrMany(desk, closeAction(options.replacedBy), selecting(args, options)),
  },
  extend: {
    means: {
      en: 'Close later. The time_expire that WeChat Pay has stays as it is.',
      zh: '推迟关单。微信支付处的 time_expire 不变。',
    },
    takes: '<order>',
    options: [
      merchant,
      {
        flags: '--until <instant>',
        means: { en: 'the new deadline, or a length of time from now on', zh: '新的截止时间，或自现在起的时长' },
        parse: anyText,
        isRequired: true,
      },
    ],
    examples: { 'A1001 --until 30m': { en: 'half an hour from now', zh: '自现在起半小时' } },
    run: (desk, args, options) => one(desk, extendAction(desk, options.until ?? ''), named(args, options)),
  },
  retry: {
    means: {
      en: 'Ask WeChat Pay again, with new patience, after the cause is fixed. Of a delivery: post its events again.',
      zh: '排除原因后再次查询，并重新计算等待期限。对投递而言：再次投递事件。',
    },
    takes: '[order]',
    options: [merchant, ...bulk],
    examples: {
      A1001: { en: 'one order', zh: '单个订单' },
      "--where 'reason=signature-refused merchant=1900000109'": { en: 'all of one cause', zh: '同一原因的全部订单' },
      "--where 'kind=delivery state=needs-attention' --yes": { en: 'without being asked', zh: '不再确认' },
    },
    run: (desk, args, options) => oneOrMany(desk, RETRY, selecting(args, options)),
  },
  resolve: {
    means: {
      en: 'Record how an order or a service order ended. WeChat Pay is asked once more, and must confirm it.',
      zh: '认定订单或服务订单的结果。会再查询一次微信支付，得到证实才会生效。',
    },
    takes: '[order]',
    options: [
      merchant,
      {
        flags: '--as <end>',
        means: { en: `one of ${ENDS.join(', ')}`, zh: `取值：${ENDS.join(', ')}` },
        isRequired: true,
      },
      noteOption,
      by,
      {
        flags: '--force',
        means: { en: 'end it so whatever WeChat Pay says', zh: '无论微信支付如何应答都按此了结' },
      },
      ...bulk,
    ],
    examples: {
      'A1001 --as paid --note "seen on the merchant platform"': { en: 'one order', zh: '单个订单' },
      "--where 'reason=patience-over' --as closed --note 'ticket 4711'": { en: 'many', zh: '批量' },
    },
    exitCodes: { [EXITS.notStood]: { en: 'a resolution did not stand', zh: '有认定未被证实' } },
    run: async (desk, args, options) => {
      const { as = '', note = '', by: name, force } = options;
      return oneOrMany(desk, await resolveAction(desk, { as, note, by: name, force }), selecting(args, options));
    },
  },
  cancel: {
    means: {
      en: 'Request the cancel of a PayScore service order that is watched.',
      zh: '请求取消已在跟踪的支付分服务订单。',
    },
    takes: '<order>',
    options: [
      merchant,
      {
        flags: '--reason <text>',
        means: { en: 'what the user reads: 1 to 30 characters', zh: '用户可见的原因：1 至 30 个字符' },
        parse: anyText,
        isRequired: true,
      },
      {
        flags: '--request-id <id>',
        means: { en: 'the same id is the same request; default: a new one', zh: '同一请求号即同一请求；默认生成新的' },
        parse: anyText,
      },
      { flags: '--at <instant>', means: { en: 'when; default: now', zh: '时间；默认立即' }, parse: anyText },
      {
        flags: '--may-cancel <stages>',
        means: {
          en: 'created, in-service, or both with a comma; default created',
          zh: 'created、in-service，或以逗号并列；默认 created',
        },
        parse: listOf(oneOf(['created', 'in-service'])),
      },
      {
        flags: '--give-up <fen>',
        means: { en: 'the amount due that may be lost, in fen', zh: '可放弃的应付金额，单位为分' },
        parse: wholeNumber(1, Number.MAX_SAFE_INTEGER),
      },
    ],
    examples: { 'payscore/1900000109/R1001 --reason "out of stock"': { en: 'now', zh: '立即' } },
    run: (desk, args, options) => {
      const { reason = '', requestId, at, mayCancel, giveUp } = options;
      return one(desk, cancelAction(desk, { reason, requestId, at, mayCancel, giveUp }), named(args, options));
    },
  },
  late: {
    means: {
      en: 'Show a payment that came after the end of its order, and how to record what was done about it.',
      zh: '显示订单了结后收到的付款，以及如何记录处理结果。',
    },
    takes: '<order>',
    options: [merchant],
    examples: { A1001: { en: 'by the number of its order', zh: '以订单单号指定' } },
    run: (desk, args, options) => one(desk, LATE, named(args, options)),
  },
  record: {
    means: {
      en: 'Record what was done about a payment that came after the end of its order.',
      zh: '记录对了结后付款的处理结果。',
    },
    takes: '<order>',
    options: [
      merchant,
      {
        flags: '--as <what>',
        means: { en: 'refunded or reopened', zh: 'refunded（已退款）或 reopened（已重新开单）' },
        parse: oneOf(['refunded', 'reopened']),
        isRequired: true,
      },
      {
        flags: '--transactions <ids>',
        means: { en: 'the payments that it is about, as `late` shows them', zh: '所涉付款，见 late 的输出' },
        parse: listOf(anyText),
        isRequired: true,
      },
      noteOption,
      by,
    ],
    examples: {
      'A1001 --as refunded --transactions 4200000001 --note "refund 50001"': { en: 'one payment', zh: '一笔付款' },
    },
    run: async (desk, args, options) => {
      const { note = '', transactions = [], by: name } = options;
      const as = options.as === 'reopened' ? 'reopened' : 'refunded';
      return one(desk, await recordAction(desk, { as, note, transactions, by: name }), named(args, options));
    },
  },
  outcomes: {
    means: {
      en: 'List what ended, or asked for a person, since an instant; and what nobody watches.',
      zh: '列出某时刻以来了结的、需人工处理的，以及无人跟踪的订单。',
    },
    takes: '',
    options: [
      {
        flags: '--since <instant>',
        means: { en: 'an instant, or a length of time before now', zh: '时刻，或距现在的时长' },
        parse: anyText,
        isRequired: true,
      },
      {
        flags: '--merchant <number>',
        means: { en: 'of one merchant; default: all', zh: '某一商户；默认全部' },
        parse: matching(/^\d{1,32}$/, 'must be a merchant number'),
      },
    ],
    examples: { '--since 2h --merchant 1900000109': { en: 'of the last two hours', zh: '最近两小时' } },
    run: (desk, _args, { since = '', merchant: of }) => outcomes(desk, since, of),
  },
  resend: {
    means: {
      en: 'Post the last event of an order to its checkout again.',
      zh: '向商户系统再次投递订单的最后一个事件。',
    },
    takes: '<order>',
    options: [merchant],
    examples: { 'order/1900000109/A1001': { en: 'of an order', zh: '某一订单' } },
    run: (desk, args, options) => resend(desk, named(args, options)),
  },
  adopt: {
    means: {
      en: 'Start a workflow for each order of a file (CSV with a first line of names, or JSON Lines; - is stdin).',
      zh: '为文件中的每个订单启动工作流（CSV 须有列名首行，或 JSON Lines；- 表示标准输入）。',
    },
    takes: '<file>',
    options: [
      {
        flags: '--with <fields>',
        means: {
          en: 'what lines have that do not say otherwise: api=v3 currency=CNY',
          zh: '各行的默认字段：api=v3 currency=CNY',
        },
        parse: anyText,
      },
      rateOf(DEFAULT_ADOPT_RATE),
    ],
    examples: {
      "unpaid.csv --with 'api=v3 mchid=1900000109 currency=CNY'": { en: 'of one merchant', zh: '某一商户' },
      '- < orders.jsonl': { en: 'from a pipe', zh: '来自管道' },
    },
    run: (desk, [file = ''], { with: defaults = '', rate = DEFAULT_ADOPT_RATE }) =>
      adopt(desk, { file, defaults, rate }),
  },
} as const satisfies Readonly<Record<string, CommandRow>>;
