import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take longest, each more than ten seconds, the longest first. */
const LONGEST = [
  'test/model/model.test.ts',
  'test/sync-simulation.test.ts',
  'test/sync-simulation-more.test.ts',
  'test/sync-mutants.test.ts',
  'test/storage-servers.test.ts',
  'test/sync-simulation-segments.test.ts',
  'test/storage.test.ts',
  'test/types.test.ts',
  'test/server-nodes.test.ts',
]

/** The least first. */
const place = ({ moduleId, project }: TestSpecification): number => {
  const found = LONGEST.findIndex((path) => project.name === 'unit' && moduleId.endsWith(`/${path}`))
  return found < 0 ? LONGEST.length : found
}

/** Begins with what takes longest, so that no core waits for another in the end: on a fresh clone Vitest itself does not know. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => place(a) - place(b))
  }
}
