import { beforeAll, describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../../http/api/operations.js';
import { configurationOf } from '../../../tools/verify-api/settings.js';

let text: string;
beforeAll(async () => (text = await configurationOf('/tmp/"a"/auth.json')));

const all = (form: RegExp): string[] => [...text.matchAll(form)].map(([, found = '']) => found);

describe('the configuration of schemathesis', () => {
  it('has a section for each operation, and for no other', () => {
    expect(all(/^include-operation-id = "(\w+)"$/gm).sort()).toEqual(Object.keys(OPERATIONS).sort());
  });

  it('defines each dictionary that a parameter takes values from', () => {
    const defined = all(/^([\w-]+) = \{ values = /gm);
    expect(defined).toContain('instants');
    expect(new Set(all(/\{ dictionary = "([\w-]+)", probability = /g))).toEqual(new Set(defined));
  });

  it('names lengths of time of both flows, the users and the checks of our own', () => {
    expect(text).toContain('"body.timing.cancelSettlesWithin" = { dictionary = "durations"');
    expect(text).toContain('"body.timing.pauses.settling.first" = { dictionary = "pauses"');
    expect(text).toContain('path = "/tmp/\\"a\\"/auth.json"');
    expect(text).toMatch(/^hooks = ".*\/hooks\.py"$/m);
  });
});
