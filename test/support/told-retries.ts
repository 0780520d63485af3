import type { RootHookObject } from 'mocha';

const secondTries: string[] = [];

/** A second try hides no race: what needed one is named at the end of the run. */
export const mochaHooks: RootHookObject = {
  afterEach(this: Mocha.Context) {
    if (this.currentTest && retryOf(this.currentTest) > 0) secondTries.push(this.currentTest.fullTitle());
  },
  afterAll() {
    for (const title of secondTries) console.log(`Needed a second try: ${title}`);
  },
};

/** mocha has it, its types do not. */
const retryOf = (test: Mocha.Test): number => (test as unknown as { currentRetry(): number }).currentRetry();
