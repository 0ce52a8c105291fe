import { INITIAL_STORY, type StoryFacts } from '../../domain/story.js';

/** A state without its story, which also has the steps that changed nothing else. */
export function withoutStory<State extends StoryFacts>(state: State): State {
  return { ...state, ...INITIAL_STORY };
}

/** A page, language by language. */
export function sectionsOf(page: string): readonly [main: string, other: string | undefined] {
  const [main = '', other] = page.split('\n\n---\n\n');
  return [main, other];
}
