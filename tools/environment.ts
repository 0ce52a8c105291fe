import { delimiter } from 'node:path';

/** The environment without what `npm run` adds to it: that is about this project. Without it, a folder is one of somebody else. */
export function outsideEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('npm_') || name === 'npm_config_registry',
  );
  const path = process.env['PATH']?.split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return { ...Object.fromEntries(kept), ...(path && { PATH: path.join(delimiter) }) };
}
