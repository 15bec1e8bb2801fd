import { expect, it } from 'vitest'
import { hottest } from '../../bench/measure/hottest.ts'

const node = (id: number, functionName: string) => ({
  id,
  callFrame: { functionName, url: 'file:///x/engine.js', lineNumber: 9 },
})

it('shares the time among functions by what each spent in itself, without what was idle', () => {
  const nodes = [node(1, '(idle)'), node(2, 'solve'), node(3, ''), node(4, 'solve')]
  const hot = hottest({ nodes, samples: [1, 2, 3, 4], timeDeltas: [1_000, 30, 25, 45] })
  expect(hot).toEqual([
    { name: 'solve engine.js:10', share: 0.75 },
    { name: 'anonymous engine.js:10', share: 0.25 },
  ])
})
