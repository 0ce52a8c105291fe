/**
 * Says at the start why the native part of Temporal's SDK cannot be loaded on a system with musl, such as Alpine. Its loader
 * fails with a stack that does not name the cause. Imported before the SDK by every module that needs the native part.
 */

const ADVICE =
  "This system has musl instead of glibc, as Alpine has, and the native part of Temporal's SDK needs glibc, so what follows is " +
  'most likely its failure to load: use an image that is based on Debian, such as node:22-slim.';

/** What Node reports of its own system. On Linux, only a Node for glibc names glibc's version. */
function reportHeader(): object {
  const report = process.report as NodeJS.ProcessReport & { excludeNetwork?: boolean };
  const { excludeNetwork } = report;
  // Otherwise a report may look up the names of all addresses, which takes as long as DNS does.
  report.excludeNetwork = true;
  const { header } = report.getReport() as { readonly header: object };
  if (excludeNetwork !== undefined) report.excludeNetwork = excludeNetwork;
  return header;
}

if (process.platform === 'linux' && !('glibcVersionRuntime' in reportHeader())) console.error(ADVICE);
