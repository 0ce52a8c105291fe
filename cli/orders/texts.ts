import type { Text } from '../../domain/locale.js';
import type { VisibleLateState } from '../../domain/page/late.js';
import type { VisibleState } from '../../domain/page/order.js';
import type { VisibleDeliveryState } from '../../domain/page/outcome.js';
import type { VisibleServiceState } from '../../domain/page/service-order.js';

/** Each `WxpayState` in as few words as a list has room for. */
export const STATES = {
  'awaiting-payment': { en: 'waiting for payment', zh: '等待付款' },
  'user-is-paying': { en: 'shopper is paying', zh: '用户支付中' },
  closing: { en: 'being closed', zh: '关单中' },
  'not-found-yet': { en: 'not found yet', zh: '尚查不到' },
  unsettled: { en: 'inconclusive', zh: '尚无定论' },
  'needs-attention': { en: 'needs a person', zh: '需人工处理' },
  paid: { en: 'paid', zh: '已支付' },
  closed: { en: 'closed', zh: '已关闭' },
  'never-existed': { en: 'never existed', zh: '从未存在' },
  resolved: { en: 'resolved by a person', zh: '已人工认定' },
  released: { en: 'no longer watched', zh: '已停止跟踪' },
  waiting: { en: 'waiting for a request', zh: '等待请求' },
  cancelling: { en: 'being cancelled', zh: '取消中' },
  cancelled: { en: 'cancelled', zh: '已取消' },
  done: { en: 'done', zh: '已完成' },
  expired: { en: 'expired', zh: '已失效' },
  kept: { en: 'kept', zh: '已保留' },
  'late-payment-checking': { en: 'late payment, checked', zh: '核查了结后付款' },
  known: { en: 'the known payment', zh: '已知付款' },
  refunded: { en: 'refunded', zh: '已退款' },
  recorded: { en: 'recorded by a person', zh: '已人工记录' },
  delivering: { en: 'being delivered', zh: '投递中' },
  'not-delivered': { en: 'not delivered yet', zh: '尚未送达' },
  delivered: { en: 'delivered', zh: '已送达' },
  'given-up': { en: 'given up', zh: '已放弃投递' },
} as const satisfies Record<VisibleState | VisibleServiceState | VisibleLateState | VisibleDeliveryState, Text>;

/** The heads of the columns of a list. */
export const COLUMNS = {
  order: { en: 'ORDER', zh: '订单' },
  state: { en: 'STATE', zh: '状态' },
  reason: { en: 'REASON', zh: '原因' },
  due: { en: 'DUE', zh: '截止' },
  age: { en: 'AGE', zh: '已过' },
} as const satisfies Record<string, Text>;

export const LISTED = {
  none: { en: 'No order fits.', zh: '没有符合条件的订单。' },
  count: { en: '{shown} of {total}. Times are in {zone}.', zh: '共 {total} 个，显示 {shown} 个。时间为 {zone} 时区。' },
} as const satisfies Record<string, Text>;

/** What is said of one order. */
export const SAID = {
  state: { en: '{id}: {state}.', zh: '{id}：{state}。' },
  lastAnswer: { en: ' WeChat Pay says {said}, as of {at}.', zh: '微信支付于 {at} 的应答为 {said}。' },
  noAnswer: { en: ' WeChat Pay has not answered yet.', zh: '微信支付尚未应答。' },
  closesAt: { en: ' If it is unpaid, it is closed from {at} on.', zh: '若仍未支付，将自 {at} 起关单。' },
  cancelsAt: { en: ' It is due to be cancelled at {at}.', zh: '将于 {at} 取消。' },
  ended: { en: '{id} has ended: {state}, at {at}.', zh: '{id} 已了结：{state}，时间 {at}。' },
  unchanged: { en: ' Nothing was changed.', zh: '未作任何更改。' },
  latePayment: {
    en: ' A payment came after the end: see `orders late`.',
    zh: '了结后又收到付款：请用 `orders late` 查看。',
  },
  retried: { en: '{id}: WeChat Pay is asked again.', zh: '{id}：正在再次查询微信支付。' },
  redelivered: { en: '{id}: the events are posted again.', zh: '{id}：正在再次投递事件。' },
  resolved: {
    en: '{id}: resolved as {as}. WeChat Pay had said {said}.',
    zh: '{id}：已认定为{as}。微信支付应答为 {said}。',
  },
  confirmed: { en: '{id}: WeChat Pay confirms it: {state}.', zh: '{id}：已得到微信支付证实：{state}。' },
  endedOtherwise: {
    en: '{id}: it was NOT resolved as {as}. WeChat Pay said {said}, so it has ended: {state}.',
    zh: '{id}：未能认定为{as}。微信支付应答为 {said}，因此已了结：{state}。',
  },
  notStood: {
    en: '{id}: it was NOT resolved as {as}: WeChat Pay said {said}. It stays open, and a person is still needed. If you have seen on the merchant platform that you are right, add --force.',
    zh: '{id}：未能认定为{as}：微信支付应答为 {said}。订单仍未了结，仍需人工处理。若已在商户平台核实认定属实，请加上 --force。',
  },
  requested: {
    en: '{id}: the request {request} is taken; the cancel may be sent from {at} on.',
    zh: '{id}：已接受请求 {request}，自 {at} 起可发送取消。',
  },
  reasonDiffers: {
    en: ' A cancel with another reason was sent before, so WeChat Pay gets that one: {reason}.',
    zh: '此前已用其他原因发送过取消，仍将使用该原因：{reason}。',
  },
  requestDiffers: {
    en: ' An earlier request of that id had other conditions: that one counts.',
    zh: '同一请求号此前的条件不同：以此前的为准。',
  },
  payments: { en: ' Payments: {ids}.', zh: '付款：{ids}。' },
  toRecord: {
    en: '\nOnce it is refunded or the order is reopened:\n  {command}',
    zh: '\n退款或重新开单之后：\n  {command}',
  },
  recorded: { en: '{id}: recorded as {as}.', zh: '{id}：已记录为{as}。' },
  resent: { en: '{id}: {type} is posted again ({event}).', zh: '{id}：正在再次投递 {type}（{event}）。' },
  reopened: { en: 'reopened', zh: '已重新开单' },
} as const satisfies Record<string, Text>;

/** What is said of many orders. */
export const MANY = {
  selected: { en: '{count} selected:', zh: '共选中 {count} 个：' },
  more: { en: '… and {count} more', zh: '……另有 {count} 个' },
  retry: { en: 'Ask WeChat Pay again for all {count}?', zh: '对全部 {count} 个再次查询微信支付？' },
  close: {
    en: 'Close all {count}, without waiting for their deadlines? This cannot be taken back.',
    zh: '不等截止时间，关闭全部 {count} 个？此操作不可撤回。',
  },
  resolve: { en: 'Resolve all {count} as {as}, by {by}?', zh: '将全部 {count} 个认定为{as}，经办人 {by}？' },
  answers: { en: ' [y/N] ', zh: ' [y/N] ' },
  declined: { en: 'Nothing was done.', zh: '未作任何操作。' },
  needsYes: {
    en: 'Nothing was done: there is no terminal to ask on. Look at the list, then add --yes.',
    zh: '未作任何操作：没有可供确认的终端。请核对以上列表，然后加上 --yes。',
  },
  progress: { en: '{done} of {total}, {failed} not', zh: '{done}/{total}，{failed} 个未成' },
  report: {
    en: '{done} done, {ended} had ended already, {notStood} did not stand, {failed} failed, {left} not tried. It took {seconds} s.',
    zh: '{done} 个完成，{ended} 个此前已了结，{notStood} 个未被证实，{failed} 个失败，{left} 个未执行。用时 {seconds} 秒。',
  },
  again: {
    en: 'Run the same command again: it selects what is still left.',
    zh: '再次运行同一命令即可：它只会选中剩余的订单。',
  },
  finishing: {
    en: 'Finishing what is under way. Ctrl-C once more ends at once.',
    zh: '正在完成已开始的部分。再按一次 Ctrl-C 立即结束。',
  },
} as const satisfies Record<string, Text>;

/** What is said of the lines of a file. */
export const ADOPTED = {
  resumed: { en: 'Going on after line {line}, as {file} says.', zh: '按 {file} 的记录，从第 {line} 行之后继续。' },
  changed: {
    en: '{file} has changed since its first lines were adopted. To begin with its first line again, which is harmless, remove {progress}.',
    zh: '{file} 在部分接管后已被修改。如需从头开始（无害），请删除 {progress}。',
  },
  unreadable: { en: '{file} cannot be read ({why}).', zh: '无法读取 {file}（{why}）。' },
  noHeader: {
    en: 'The first line must name the columns, as in outTradeNo,total,currency,createdAt,payBefore.',
    zh: '首行必须是列名，例如 outTradeNo,total,currency,createdAt,payBefore。',
  },
  length: { en: 'has {got} columns, and the first line {wanted}', zh: '有 {got} 列，而首行有 {wanted} 列' },
  notJson: { en: 'is not an object in JSON', zh: '不是 JSON 对象' },
  brokenFile: {
    en: 'The file cannot be read on after line {line}: a quote is not closed, or stands where none may.',
    zh: '第 {line} 行之后无法继续读取：引号未闭合或位置有误。',
  },
  differs: {
    en: 'the order was started before with another input, which stays in force',
    zh: '该订单此前已以不同的参数启动，仍以此前的为准',
  },
  report: {
    en: '{lines} lines: {started} started, {known} were watched already, {ended} had ended, {faults} have faults. It took {seconds} s.',
    zh: '共 {lines} 行：{started} 个已启动，{known} 个此前已在跟踪，{ended} 个此前已了结，{faults} 行有误。用时 {seconds} 秒。',
  },
  faultsIn: { en: 'The faults, line by line: {file}', zh: '逐行错误见：{file}' },
  stopped: {
    en: 'Stopped after line {line}. Run the same command again to go on from there.',
    zh: '在第 {line} 行之后停止。再次运行同一命令即可从此处继续。',
  },
} as const satisfies Record<string, Text>;

export const OUTCOMES = {
  none: { en: 'Nothing since {since}.', zh: '自 {since} 以来没有结果。' },
  lost: {
    en: 'What ended before {at} may be missing: Temporal has forgotten it.',
    zh: '{at} 之前了结的可能缺失：Temporal 已不再保存。',
  },
  unwatched: { en: 'nobody watches it ({status})', zh: '无人跟踪（{status}）' },
} as const satisfies Record<string, Text>;

/** Why the arguments cannot be used. */
export const USAGE = {
  condition: {
    en: 'The condition {text} is not known. It must be one of: {forms}.',
    zh: '无法识别条件 {text}。可用的条件：{forms}。',
  },
  twice: {
    en: 'The condition {key} is given twice. Join its values with commas.',
    zh: '条件 {key} 重复。多个值请用逗号分隔。',
  },
  value: { en: '{key} must be {form} (got {text}).', zh: '{key} 须为 {form}（收到 {text}）。' },
  noConditions: {
    en: '--where needs a condition, as in state=needs-attention.',
    zh: '--where 需要条件，例如 state=needs-attention。',
  },
  oneOrMany: { en: 'Name one order, or select many with --where.', zh: '请指定一个订单，或用 --where 选择多个。' },
  noOrder: {
    en: '{text} is no order. Give the id of its workflow, as in order/1900000109/A1001, or its number.',
    zh: '{text} 不是订单。请给出工作流 ID（如 order/1900000109/A1001）或单号。',
  },
  kind: { en: 'This command does not take {text}, but: {kinds}.', zh: '本命令不适用于 {text}，而适用于：{kinds}。' },
  ambiguous: {
    en: 'More than one fits {text}. Give one of these ids:\n{ids}',
    zh: '{text} 对应多个，请从中选择一个 ID：\n{ids}',
  },
  notFound: {
    en: 'No order {text} is known, of the merchants {merchants}. Check the number; for an order of a sub-merchant add --merchant 1900000109/1900000110.',
    zh: '在商户 {merchants} 下查不到订单 {text}。请核对单号；若属于子商户，请加上 --merchant 1900000109/1900000110。',
  },
  noBy: {
    en: 'Say who decides: add --by "your name". On a terminal you are asked once, and the name is kept in {file}.',
    zh: '请用 --by "姓名" 注明经办人。在终端中运行时只询问一次，并保存于 {file}。',
  },
  askBy: { en: 'Your name, for the record (kept in {file}): ', zh: '经办人姓名（将保存于 {file}）：' },
  moment: {
    en: '{option} must be an instant, as in 2026-01-31T09:00:00+08:00, or a length of time, as in 30m (got {text}).',
    zh: '{option} 须为时刻（如 2026-01-31T09:00:00+08:00）或时长（如 30m）（收到 {text}）。',
  },
  as: { en: '--as must be one of {values} (got {text}).', zh: '--as 须为以下之一：{values}（收到 {text}）。' },
  defaults: {
    en: '--with takes name=value, as in api=v3 (got {text}).',
    zh: '--with 的形式为 名称=值，例如 api=v3（收到 {text}）。',
  },
} as const satisfies Record<string, Text>;
