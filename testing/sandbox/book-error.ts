/** What is asked of the books cannot be: the number is taken or not known, or nobody could say whose is meant. */
export class BookError extends Error {
  override readonly name = 'BookError';
}
