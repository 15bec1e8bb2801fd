import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { rolldown } from 'rolldown'
import type { Alias, Plugin } from 'vite'
import { defineConfig } from 'vitest/config'
import { engine } from './test/browsers/engine.ts'
import { LongestFirst } from './test/support/longest-first.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** The published names, as the demo and the tests import them, read from their sources. */
const published: Alias[] = [
  { find: /^annals$/, replacement: here('src/index.ts') },
  { find: /^annals\/(\w+)$/, replacement: `${here('src')}/$1.ts` },
]

/** What stands under `#harness` decides whether a test runs in process or through worker, Comlink and IndexedDB. */
const withHarness = (file: string): Alias[] => [...published, { find: '#harness', replacement: here(file) }]

/** Modules of tests that run both ways. */
const BOTH_WAYS = ['test/tutorial.test.ts']

/** src/client/default-worker.ts starts the worker file that the build puts beside it: here the source stands in for it. */
function defaultWorker(): Plugin {
  return {
    name: 'annals:default-worker',
    enforce: 'pre',
    transform: {
      filter: { id: /\/src\/client\/default-worker\.ts$/ },
      handler: (code) =>
        `import workerUrl from ${JSON.stringify(`${here('worker/index.ts')}?worker&url`)}\n` +
        code.replace("'./annals.worker.js'", 'workerUrl'),
    },
  }
}

/** Makes each worker one file, as it is published: a test that starts one would else load hundreds of modules first. */
function workersInOneFile(): Plugin {
  return {
    name: 'annals:workers-in-one-file',
    enforce: 'pre',
    load: {
      filter: { id: /[?&]worker_file/ },
      async handler(id) {
        const build = await rolldown({ input: id.replace(/\?.*/, ''), platform: 'browser' })
        const { output } = await build.generate({ format: 'esm', codeSplitting: false })
        for (const file of await build.watchFiles) this.addWatchFile(file)
        await build.close()
        return output[0].code
      },
    },
  }
}

/** Lays the facts of every database in tiny segments: see test/segmented/apply.ts. */
function inSegments(): Plugin {
  const original = here('src/db/apply.ts')
  const standIn = here('test/segmented/apply.ts')
  return {
    name: 'annals:in-segments',
    enforce: 'pre',
    async resolveId(source, importer, options) {
      if (!source.endsWith('/apply.ts') || importer === standIn) return null
      const found = await this.resolve(source, importer, { ...options, skipSelf: true })
      return found?.id === original ? standIn : found
    },
  }
}

/** What reads a database: to be the same whether it lies in memory or in segments. */
const READING = [
  'query',
  'pull',
  'datomic',
  'datascript',
  'tutorial',
  'time',
  'undo',
  'transact',
  'live',
  'index-access',
]
/** What counts reads, or makes scans slow, has its own idea of what lies in memory. */
const COUNTING = ['*-loading', '*-cost', '*-cold', '*-top'].join('|')
const READING_FILES = [`test/{${READING.join(',')}}!(${COUNTING}).test.ts`, 'test/{datomic,datascript}*/*.test.ts']

/** What leaves nothing behind in its process, neither a changed global nor a mocked module: what such files import is read once for all. */
const LEAVING_NOTHING = [
  ...READING_FILES,
  'test/{edn,log,messages,migrate,one-*,past,schema-*,segment,sort*,tree,values,waiting-tree}.test.ts',
]

/** Another browser than Chromium as it comes: see scripts/test-browsers.mjs. */
const { include: someTests, ...browser } = engine(process.env.ANNALS_ENGINE)

/** A test in a real browser is tried twice, and those that needed it are named at the end (scripts/second-tries.mjs). */
const RETRY = 1

export default defineConfig({
  plugins: [react(), defaultWorker()],
  resolve: { alias: published },
  worker: { format: 'es' },
  build: { outDir: 'dist-demo' },
  server: { proxy: { '/sync': 'http://localhost:8080' } },
  test: {
    // some wait for a disk or a database while others compute
    maxWorkers: '150%',
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        resolve: { alias: withHarness('test/harness/node.ts') },
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
          exclude: ['test/**/*.browser.test.ts', 'test/segmented/**', ...LEAVING_NOTHING],
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        resolve: { alias: withHarness('test/harness/node.ts') },
        test: {
          name: 'unit-shared',
          include: LEAVING_NOTHING,
          testTimeout: 30_000,
          isolate: false,
        },
      },
      {
        extends: true,
        plugins: [inSegments()],
        resolve: { alias: withHarness('test/harness/node.ts') },
        test: {
          name: 'segmented',
          include: ['test/segmented/*.test.ts', 'test/model/*.test.ts', ...READING_FILES],
          env: { ANNALS_SHARE: '0.1' },
          testTimeout: 60_000,
          isolate: false,
        },
      },
      {
        extends: true,
        plugins: [workersInOneFile()],
        resolve: { alias: withHarness('test/harness/browser.ts') },
        // Named up front: a dependency discovered halfway makes Vite reload the page under the tests.
        optimizeDeps: {
          include: ['@noble/hashes/sha2.js', '@noble/hashes/utils.js', 'cborg', 'comlink', 'fast-check', 'idb'],
        },
        test: {
          name: 'browser',
          include: someTests ? [...someTests] : ['test/**/*.browser.test.ts', ...BOTH_WAYS],
          testTimeout: 30_000,
          retry: RETRY,
          sequence: { groupOrder: 1 },
          fileParallelism: false,
          browser: { enabled: true, headless: true, screenshotFailures: false, ...browser },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.e2e.ts'],
          globalSetup: ['e2e/build.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          retry: RETRY,
          sequence: { groupOrder: 2 },
          // each file has a browser and servers of its own: more would take each other's time
          maxWorkers: 2,
        },
      },
    ],
  },
})
