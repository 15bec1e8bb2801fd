/** Starts the worker that the build puts beside this module: one file, which runs as a module and as a classic worker. */
export const startDefaultWorker = (): Worker =>
  new Worker(new URL('./annals.worker.js', import.meta.url), { type: 'module', name: 'annals' })
