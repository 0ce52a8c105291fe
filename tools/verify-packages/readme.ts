import { posix } from 'node:path';

/** Where the project can be read by everybody, at one version of it. */
export interface Published {
  /** `https://…/owner/name` */
  readonly url: string;
  /** A tag or a branch. */
  readonly ref: string;
}

const PICTURE = /\.(?:png|svg|jpe?g|gif)$/;

/**
 * A README as npm shows it, where no other file of the project is beside it: its links and pictures are absolute.
 *
 * @param folder of the README in the project, such as `client`, or `.`
 */
export function withAbsoluteLinks(markdown: string, folder: string, { url, ref }: Published): string {
  return markdown
    .split(/(^```[\s\S]*?^```)/m)
    .map((part) =>
      part.startsWith('```')
        ? part
        : part.replace(/\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]*)?\)/g, (_, link: string, anchor = '') => {
            const path = posix.join(folder, link);
            return `](${url}/${PICTURE.test(path) ? 'raw' : 'blob'}/${ref}/${path}${anchor})`;
          }),
    )
    .join('');
}

/** The address of a repository as a package.json names it: `git+https://host/owner/name.git`. `undefined`: it is not public. */
export function addressOf(repository: unknown): string | undefined {
  const { url } = (repository ?? {}) as { readonly url?: unknown };
  return typeof url === 'string' ? /^(?:git\+)?(https:\/\/.+?)(?:\.git)?$/.exec(url)?.[1] : undefined;
}
