import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take longest, some ten seconds and more, the longest first. */
const LONGEST = [
  'test/model/model.test.ts',
  'test/sync-simulation.test.ts',
  'test/sync-simulation-more.test.ts',
  'test/sync-mutants.test.ts',
  'test/storage-servers.test.ts',
  'test/sync-simulation-segments.test.ts',
  'test/types.test.ts',
  'test/storage.test.ts',
  'test/server-nodes.test.ts',
  'e2e/kill-rounds.e2e.ts',
  'e2e/sync.e2e.ts',
  'e2e/acknowledged.e2e.ts',
  'e2e/replicas.e2e.ts',
]

/** The least first. */
const place = ({ moduleId }: TestSpecification): number => {
  const found = LONGEST.findIndex((path) => moduleId.endsWith(`/${path}`))
  return found < 0 ? LONGEST.length : found
}

/** Begins with what takes longest, so that no core waits for another in the end: on a fresh clone Vitest itself does not know. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => place(a) - place(b))
  }
}
