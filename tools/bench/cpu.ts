import { readFileSync } from 'node:fs';

/** Of `/proc`, on every Linux that Node runs on. Milliseconds. */
const TICK_MS = 10;

/** The CPU time that a process has used since it began, of all of its threads, in milliseconds (10 ms at a time). */
export function cpuOf(pid: number): number {
  // The name, in parentheses, may hold anything; utime and stime are the 14th and 15th field.
  const fields = fieldsAfterName(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

function fieldsAfterName(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** The memory that a process has resident, in bytes. */
export function residentOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}
