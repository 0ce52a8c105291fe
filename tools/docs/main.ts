import { GENERATED_PAGES, readPage, upToDate, writePage } from './pages.js';

for (const page of GENERATED_PAGES) {
  const text = await upToDate(page);
  if (text === readPage(page)) continue;
  writePage(page, text);
  console.log(`${page} is rewritten`);
}
