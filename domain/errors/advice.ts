import type { Text } from '../locale.js';

/** What an operator should do about a code. The error table names these texts. */
export const ADVICE = {
  wait: { en: 'Nothing: the worker asks again by itself.', zh: '无需处理：程序会自动再次查询。' },
  confirmed: { en: 'Nothing: the worker confirms it with a query.', zh: '无需处理：程序会用查询结果确认。' },
  notPlaced: {
    en: 'Check that the checkout really placed this number with this merchant.',
    zh: '请核对收银系统是否确实用该商户号下过此单。',
  },
  request: {
    en: 'Compare what the order was started with against what was placed (numbers, appid, merchant); if both are right, ask WeChat Pay with the Request-ID.',
    zh: '请核对启动参数与下单参数（单号、appid、商户号）；若均无误，请凭 Request-ID 咨询微信支付。',
  },
  permission: {
    en: "Check on the merchant platform that the merchant is in good standing and has this product's permission.",
    zh: '请在商户平台核对商户状态及该产品的权限。',
  },
  app: {
    en: 'Check the appid and its binding with the merchant, in the order and in the merchants file.',
    zh: '请核对订单与商户配置文件中的 appid，以及它与商户号的绑定关系。',
  },
  merchant: {
    en: 'Check the merchant number and, for an institution, the sub-merchant number.',
    zh: '请核对商户号；机构模式下还需核对子商户号。',
  },
  defect: {
    en: 'The request was malformed, which is a fault of this worker or of something on the way: keep the Request-ID and report it.',
    zh: '请求格式有误，属于本程序或中间网络的缺陷：请保留 Request-ID 并上报。',
  },
  transaction: {
    en: "Check WeChat Pay's transaction number that the order was started with.",
    zh: '请核对启动时传入的微信支付订单号。',
  },
  signature: {
    en: "Check the merchant's key and certificate serial (v2: the API key and sign type) in the merchants file, and the clock of the worker's machine.",
    zh: '请核对商户配置文件中的密钥与证书序列号（v2 为 API 密钥与签名类型），以及运行机器的时钟。',
  },
  signer: {
    en: 'Nothing was sent. Check the KMS, HSM or service that signs for this merchant, and the way to it; the worker asks it again by itself.',
    zh: '请求未发送。请检查为该商户签名的密钥管理服务、硬件加密机或签名服务及其网络；程序会自动重试。',
  },
  network: {
    en: "Check the network between the worker and WeChat Pay's host.",
    zh: '请检查程序与微信支付主机之间的网络。',
  },
  unverified: {
    en: 'An answer was not signed by a key of WeChat Pay that the merchants file names or that can be downloaded. Check its keys, the host and the clock.',
    zh: '应答未能用配置中或已下载的微信支付公钥、平台证书验签。请核对密钥、主机与时钟。',
  },
  unreadable: {
    en: 'A signed answer was not of the documented form, or was about another order. Ask WeChat Pay with the Request-ID.',
    zh: '已验签的应答不符合文档格式，或不是本订单的应答。请凭 Request-ID 咨询微信支付。',
  },
  unknownMerchant: { en: "Add the merchant to the worker's merchants file.", zh: '请把该商户加入程序的商户配置文件。' },
  overloaded: {
    en: 'Nothing was sent: the worker was too slow, so the query that allowed the write had become too old. Check the load of its machine, and the signer if it is not a key file.',
    zh: '未发送：程序过慢，允许写操作的查询已失效。请检查机器负载，以及非文件方式的签名服务。',
  },
  temporal: {
    en: 'Nothing was sent: Temporal did not record that a write follows. Check the connection between the worker and Temporal.',
    zh: '未发送：Temporal 未能记录即将写入。请检查程序与 Temporal 之间的连接。',
  },
  notItsWorkflow: {
    en: 'Nothing was sent: the activity was called, but not by the workflow of this order. Find out who starts activities or workflows in this namespace.',
    zh: '未发送：调用该 Activity 的并非本订单的工作流。请查明何人在此命名空间启动 Activity 或工作流。',
  },
  ownFault: {
    en: 'This is a fault of the worker: find the stack in its log, and report it.',
    zh: '这是本程序的缺陷：请在日志中查看堆栈并上报。',
  },
} as const satisfies Record<string, Text>;

export type AdviceName = keyof typeof ADVICE;
