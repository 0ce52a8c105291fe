import { createServer, connect, type AddressInfo, type Server } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { loadMerchants } from '../../../wechatpay/merchants/file.js';
import { REFRESH_TIMES, type RefreshTimes } from '../../../wechatpay/merchants/platform-certificates.js';
import { asked, downloadsOf, editV3, eventually, rewrite, sandboxWithFile, watched } from './watched.js';

const DOWNLOADED = { platformCertificates: 'v3-global' } as const;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const YEAR = 365 * DAY;
/** Nothing but an unknown serial brings a download. */
const NEVER: RefreshTimes = { ...REFRESH_TIMES, everyMs: 20 * DAY };

const certificates = () => sandboxWithFile({ wechatpayKeys: 'certificate' }, DOWNLOADED);

describe('platform certificates', () => {
  it('are downloaded when an answer names one that is not known, and the answer is then believed', async () => {
    const { sandbox, file } = await certificates();
    const merchant = loadMerchants(file).find(sandbox.mchid);
    if (merchant === undefined) throw new Error('the merchant is in the file');
    expect([...(merchant.v3?.wechatpayKeys.keys() ?? [])]).toEqual([]);
    expect(await asked(merchant)).toBe('SUCCESS');
    expect(downloadsOf(sandbox)).toBe(1);
    expect(await asked(merchant)).toBe('SUCCESS');
    expect(downloadsOf(sandbox)).toBe(1);
    expect([...(merchant.v3?.wechatpayKeys.keys() ?? [])]).toEqual(sandbox.wechatpayKeys.map(({ serial }) => serial));
  });

  it.each(['v3', 'v3-global'] as const)('come from the API that the file says: %s', async (platformCertificates) => {
    const { sandbox, file } = await sandboxWithFile({ wechatpayKeys: 'certificate' }, { platformCertificates });
    const merchant = loadMerchants(file).find(sandbox.mchid);
    await merchant?.v3?.refreshKeys?.();
    expect(sandbox.ledger.entries('')).toMatchObject([{ call: 'certificates', api: platformCertificates }]);
    expect(merchant?.v3?.api).toBe(platformCertificates);
  });

  it('are downloaded once for however many calls in flight', async () => {
    const { sandbox, file } = await certificates();
    const merchant = loadMerchants(file).find(sandbox.mchid);
    if (merchant === undefined) throw new Error('the merchant is in the file');
    const said = await Promise.all(Array.from({ length: 20 }, () => asked(merchant)));
    expect(new Set(said)).toEqual(new Set(['SUCCESS']));
    expect(downloadsOf(sandbox)).toBe(1);
  });

  it('are looked for once a minute at most, while WeChat Pay has none that is asked for', async () => {
    // It signs with a public key that the file lacks: nothing that can be downloaded helps.
    const { sandbox, file } = await sandboxWithFile({ wechatpayKeys: 'public-key' }, DOWNLOADED);
    await editV3(file, (v3) => delete v3['wechatpayKeys']);
    let now = Date.now();
    const merchant = loadMerchants(file, { now: () => now }).find(sandbox.mchid);
    if (merchant === undefined) throw new Error('the merchant is in the file');
    for (let call = 0; call < 5; call += 1) expect(await asked(merchant)).toBe('LOCAL_UNVERIFIED');
    expect(downloadsOf(sandbox)).toBe(1);
    now += MINUTE - 1;
    expect(await asked(merchant)).toBe('LOCAL_UNVERIFIED');
    expect(downloadsOf(sandbox)).toBe(1);
    now += 1;
    for (let call = 0; call < 5; call += 1) await asked(merchant);
    expect(downloadsOf(sandbox)).toBe(2);
    // A clock that is set back does not keep us from asking.
    now -= 30 * MINUTE;
    await asked(merchant);
    expect(downloadsOf(sandbox)).toBe(3);
  });

  it('are used in their time only', async () => {
    const { sandbox, file } = await certificates();
    let now = Date.now();
    const merchant = loadMerchants(file, { now: () => now }).find(sandbox.mchid);
    if (merchant === undefined) throw new Error('the merchant is in the file');
    expect(await asked(merchant)).toBe('SUCCESS');
    const keys = merchant.v3?.wechatpayKeys;
    now += 6 * YEAR;
    expect(keys?.size).toBe(0);
    expect(await asked(merchant)).toBe('LOCAL_UNVERIFIED');
    now -= 7 * YEAR;
    expect(keys?.has(sandbox.wechatpayKeys[0]?.serial ?? '')).toBe(false);
    now += YEAR;
    expect(await asked(merchant)).toBe('SUCCESS');
    expect([...(keys ?? [])]).toHaveLength(1);
  });

  it('are used no more once they are listed no more', async () => {
    const { sandbox, file } = await sandboxWithFile({ wechatpayKeys: 'certificate' });
    await sandbox.moveKeys('prepare', 'public-key');
    const written = await sandbox.writeMerchantsFile(file.replace('/merchants.yaml', ''), DOWNLOADED);
    const watch = watched(written, { refreshTimes: { ...REFRESH_TIMES, everyMs: 50 } });
    const keys = () => [...(watch.merchant().v3?.wechatpayKeys.keys() ?? [])].sort();
    await eventually(() => keys().length === 2);
    await sandbox.moveKeys('begin', 'public-key');
    sandbox.endMoveOfKeys();
    await eventually(() => keys().length === 1);
    expect(keys()[0]).toMatch(/^PUB_KEY_ID_/);
    expect(watch.log.at(-1)).toMatchObject({ level: 'warn', message: expect.stringContaining('public key') });
    expect(await asked(watch.merchant())).toBe('SUCCESS');
  });
});

describe('platform certificates of a process', () => {
  it('are downloaded at its start and then from time to time, in the background', async () => {
    const { sandbox, file } = await certificates();
    const watch = watched(file, { refreshTimes: { ...REFRESH_TIMES, everyMs: 30 } });
    await eventually(() => downloadsOf(sandbox) >= 4);
    expect(watch.log.map(({ message }) => message)).toEqual(['platform certificates are downloaded']);
    await watch.stop();
    const downloads = downloadsOf(sandbox);
    expect(await asked(watch.merchant())).toBe('SUCCESS');
    expect(downloadsOf(sandbox)).toBeLessThanOrEqual(downloads + 1);
  });

  it('are asked for every ten hours by default, and not at once again', async () => {
    const { sandbox, file } = await certificates();
    const { merchant } = watched(file);
    await eventually(() => merchant().v3?.wechatpayKeys.size === 1);
    expect(await asked(merchant())).toBe('SUCCESS');
    expect(downloadsOf(sandbox)).toBe(1);
    expect(REFRESH_TIMES).toEqual({
      everyMs: 36_000_000,
      retryFirstMs: 10_000,
      retryMaxMs: 600_000,
      askedEveryMs: MINUTE,
    });
  });

  it('stay as they were while downloads fail, which are tried again, and said once', async () => {
    const { sandbox, file } = await certificates();
    const times = { ...REFRESH_TIMES, everyMs: 300, retryFirstMs: 40, retryMaxMs: 80 };
    const { merchant, log } = watched(file, { refreshTimes: times });
    await eventually(() => merchant().v3?.wechatpayKeys.size === 1);
    sandbox.misbehaveOnAny({ what: 'systemError', on: 'certificates', times: 4 });
    await eventually(() => downloadsOf(sandbox) >= 4);
    expect(await asked(merchant())).toBe('SUCCESS');
    await eventually(() => log.length === 3);
    expect(log.map(({ level }) => level)).toEqual(['info', 'warn', 'info']);
    expect(log[1]?.attributes).toMatchObject({ mchid: sandbox.mchid, faults: ['WeChat Pay answers 500 SYSTEM_ERROR'] });
    // Four that failed: 40, 80, 80 and 80 ms after one another, each a tenth more or less.
    const failed = sandbox.ledger.entries().filter(({ call }) => call === 'certificates');
    const pauses = failed.slice(1).map((entry, index) => entry.receivedAt - (failed[index]?.receivedAt ?? 0));
    const [first = 0, second = 0, third = 0] = pauses.slice(1);
    expect(first).toBeGreaterThanOrEqual(34);
    for (const pause of [second, third]) expect(pause).toBeGreaterThanOrEqual(70);
  });

  it.each(['signWrongly', 'unsigned', 'stale', 'html', 'reset'] as const)(
    'are not taken from an answer that is not believed: %s',
    async (what) => {
      const { sandbox, file } = await certificates();
      sandbox.misbehaveOnAny({ what, on: 'certificates', times: 1 });
      const { merchant, log } = watched(file, { refreshTimes: NEVER });
      await eventually(() => log.length === 1);
      expect(log[0]).toMatchObject({ level: 'warn', message: expect.stringContaining('cannot be downloaded') });
      expect(merchant().v3?.wechatpayKeys.size).toBe(0);
      // The next that an answer asks for is right.
      expect(await asked(merchant())).toBe('SUCCESS');
    },
  );

  it('change in the middle of many calls, none of which is lost', async () => {
    const { sandbox, file } = await certificates();
    const { merchant } = watched(file);
    await eventually(() => merchant().v3?.wechatpayKeys.size === 1);
    const first = Array.from({ length: 20 }, () => asked(merchant()));
    await sandbox.rotateKeys();
    const second = Array.from({ length: 20 }, () => asked(merchant()));
    const said = await Promise.all([...first, ...second]);
    expect(said.filter((state) => state !== 'SUCCESS')).toEqual([]);
    expect(downloadsOf(sandbox)).toBe(2);
    expect(merchant().v3?.wechatpayKeys.size).toBe(2);
  });
});

describe('a process that starts without the network', () => {
  it('verifies nothing until the certificates can be downloaded, and then all', async () => {
    const { sandbox, file } = await certificates();
    const proxy = await closedProxy(new URL(sandbox.url));
    await rewrite(file, (text) => text.replaceAll(sandbox.url, proxy.url));
    const times = { ...REFRESH_TIMES, retryFirstMs: 20, retryMaxMs: 40 };
    const { merchant, log } = watched(file, { refreshTimes: times });
    await eventually(() => log.some(({ attributes }) => String(attributes?.['faults']) === 'ECONNREFUSED'));
    expect(await asked(merchant())).toBe('LOCAL_NO_ANSWER');
    await proxy.open();
    await eventually(() => merchant().v3?.wechatpayKeys.size === 1);
    expect(await asked(merchant())).toBe('SUCCESS');
  });
});

/** An address at which nothing listens, until it is opened: then it leads to another. */
async function closedProxy(to: URL): Promise<{ readonly url: string; open(): Promise<void> }> {
  const server: Server = createServer((socket) => {
    const through = connect(Number(to.port), to.hostname);
    for (const each of [socket, through]) each.on('error', () => undefined);
    socket.pipe(through).pipe(socket);
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve()));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${port}`, open: () => listen(port) };
}
