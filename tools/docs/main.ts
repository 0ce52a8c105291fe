import { newCommand, runTool } from '../../process/command-line.js';
import { GENERATED_PAGES, readPage, upToDate, writePage } from './pages.js';

const DESCRIPTION = 'Rewrites the tables and diagrams in docs/ that are generated from the code.';

await runTool(async (args) => {
  newCommand('npm run diagram --', DESCRIPTION).parse(args, { from: 'user' });
  for (const page of GENERATED_PAGES) {
    const text = await upToDate(page);
    if (text === readPage(page)) continue;
    writePage(page, text);
    console.log(`${page} is rewritten`);
  }
  return 0;
});
