import { wrap } from 'comlink'
import { type Across, asRows } from './across.ts'
import { acrossRows } from './across-rows.ts'
import type { ComlinkAnswers } from './comlink-worker.ts'

const start = () =>
  wrap<ComlinkAnswers>(new Worker(new URL('./comlink-worker.ts', import.meta.url), { type: 'module' }))
let remote: ReturnType<typeof start> | undefined

const started = () => {
  remote ??= start()
  return remote
}

export const across: Across = {
  open: (items) => started().fill(acrossRows(items)),
  small: (sku) => started().count(sku),
  large: async () => asRows(await started().rows()),
}
