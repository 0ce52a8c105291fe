import type { ClockObserver, MerchantDirectory } from '../wechatpay/merchant.js';

/** The same merchants; each authentic answer to their calls tells how our clock stands to WeChat Pay's. */
export function observingClock(merchants: MerchantDirectory, observe: ClockObserver): MerchantDirectory {
  return {
    find: (mchid) => {
      const merchant = merchants.find(mchid);
      if (merchant?.v3 === undefined) return merchant;
      return { ...merchant, v3: { ...merchant.v3, onClockSkew: observe } };
    },
  };
}
