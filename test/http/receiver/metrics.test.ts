import { describe, expect, it } from 'vitest';
import { logNotifications } from '../../../http/receiver/metrics.js';

type Line = readonly [string, string, object | undefined];

function desk() {
  const lines: Line[] = [];
  const say = (severity: string) => (message: string, facts?: object) => void lines.push([severity, message, facts]);
  const clock = { now: 0 };
  const tell = logNotifications({ debug: say('debug'), info: say('info'), warn: say('warn') }, () => clock.now);
  return { lines, clock, tell };
}

const FACTS = { form: 'v3', isVerified: false, millis: 3 } as const;

describe('the log of notifications', () => {
  it('has what was taken for who looks closely', () => {
    const { lines, tell } = desk();
    tell({ ...FACTS, outcome: 'signalled', mchid: '1900000109' });
    expect(lines).toEqual([
      ['debug', 'a notification was taken', { ...FACTS, outcome: 'signalled', mchid: '1900000109' }],
    ]);
  });

  it('warns of what somebody should do something about, and says what', () => {
    const { lines, tell } = desk();
    tell({ ...FACTS, outcome: 'stale' });
    expect(lines[0]?.[0]).toBe('warn');
    expect(lines[0]?.[2]).toMatchObject({ outcome: 'stale', whatToDo: expect.stringContaining('clock') });
  });

  it('is no alarm about a probe', () => {
    const { lines, tell } = desk();
    tell({ ...FACTS, outcome: 'probe' });
    expect(lines[0]?.[0]).toBe('info');
  });

  it('logs what WeChat Pay signed apart from what anybody sends', () => {
    const { lines, tell } = desk();
    for (const isVerified of [false, true, false]) tell({ ...FACTS, isVerified, outcome: 'malformed' });
    expect(lines.map(([, , facts]) => facts)).toMatchObject([{ isVerified: false }, { isVerified: true }]);
  });

  it('is not filled by who sends forged notifications: each outcome once a minute, with how many there were', () => {
    const { lines, clock, tell } = desk();
    for (clock.now = 0; clock.now < 60_000; clock.now += 1_000) tell({ ...FACTS, outcome: 'wrong-signature' });
    tell({ ...FACTS, outcome: 'unsigned' });
    tell({ ...FACTS, outcome: 'wrong-signature' });
    expect(lines.map(([, , facts]) => facts)).toEqual([
      expect.objectContaining({ outcome: 'wrong-signature', untold: 0 }),
      expect.objectContaining({ outcome: 'unsigned', untold: 0 }),
      expect.objectContaining({ outcome: 'wrong-signature', untold: 59 }),
    ]);
  });
});
