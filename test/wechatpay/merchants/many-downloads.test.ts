import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import {
  type CertificatesOptions,
  PlatformCertificates,
  REFRESH_TIMES,
} from '../../../wechatpay/merchants/platform-certificates.js';
import { listening } from '../../support/listening.js';
import { eventually, watched } from './watched.js';
import { fileOf } from './written-file.js';

const MERCHANTS = 20;

type Downloaded = Awaited<ReturnType<CertificatesOptions['download']>>;
const NONE: Downloaded = { ok: true, value: [] };

it('of one process are eight at a time, however many merchants there are', async () => {
  // Long enough that all who do not wait come meanwhile.
  const server = await countingServer(() => sleep(100));
  const { log } = watched(fileOf(textOf(server.url, MERCHANTS)));
  await eventually(() => log.length === MERCHANTS);
  expect(server.counts).toMatchObject({ asked: MERCHANTS, most: 8 });
});

it('that wait for their turn when the watch ends are not made', async () => {
  let answer: () => void = () => undefined;
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const server = await countingServer(() => answered);
  const first = watched(fileOf(textOf(server.url, MERCHANTS)));
  await eventually(() => server.counts.asked === 8);
  await first.stop();
  const last = watched(fileOf(textOf(server.url, 1)));
  answer();
  await eventually(() => last.log.length === 1);
  expect(server.counts.asked).toBe(9);
});

it('of one that is replaced while it downloads are not waited for: the next downloads at once', async () => {
  let answer: (downloaded: Downloaded) => void = () => undefined;
  const slow = new Promise<Downloaded>((resolve) => {
    answer = resolve;
  });
  let now = Date.now();
  const begun: string[] = [];
  const certificatesOf = (name: string, later: Promise<Downloaded>): PlatformCertificates => {
    const download = (): Promise<Downloaded> => {
      begun.push(name);
      return begun.length === 1 ? Promise.resolve(NONE) : later;
    };
    return new PlatformCertificates({ source: 's', opens: 'k', download, now: () => now, times: REFRESH_TIMES });
  };
  const old = certificatesOf('old', slow);
  await old.refresh();
  now += REFRESH_TIMES.askedEveryMs;
  const asked = old.refresh();
  const next = certificatesOf('next', Promise.resolve(NONE));
  next.takeOver(old);
  next.start(() => undefined);
  onTestFinished(() => next.stop());
  await eventually(() => begun.length === 3);
  expect(begun).toEqual(['old', 'old', 'next']);
  answer(NONE);
  await asked;
});

/** Answers each with a failure, after a pause, and counts how many wait for it at once. */
async function countingServer(pause: () => Promise<unknown>) {
  const counts = { asked: 0, open: 0, most: 0 };
  const server = createServer((_request, response) => {
    counts.asked += 1;
    counts.open += 1;
    counts.most = Math.max(counts.most, counts.open);
    void pause().then(() => {
      counts.open -= 1;
      response.writeHead(500).end('{}');
    });
  });
  const port = await listening(server.listen(0, '127.0.0.1'));
  return { counts, url: `http://127.0.0.1:${port}` };
}

function textOf(host: string, count: number): string {
  const merchants = Array.from({ length: count }, (_, index) => ({
    mchid: String(1900000100 + index),
    appids: ['wx8888888888888888'],
    v3: {
      host,
      certificateSerial: '5157F09EFDC096DE15EBE81A47057A7232F1B8E1',
      privateKeyFile: 'key.pem',
      apiV3KeyFile: 'apiv3.key',
      platformCertificates: 'v3',
    },
  }));
  return stringify({ merchants });
}
