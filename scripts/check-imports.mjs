// Fails on an import against the arrows of the house, on a cycle, and on a file that has outgrown itself.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { parseSync, Visitor } from 'vite'
import { root } from './entries.mjs'

/** What a layer may import besides itself and the types of `api`. `x:type` allows `import type` alone. */
const MAY_IMPORT = {
  base: [],
  datom: ['base'],
  port: ['base', 'datom'],
  db: ['base', 'datom', 'port'],
  query: ['base', 'datom', 'port', 'db'],
  transact: ['base', 'datom', 'port', 'db', 'query'],
  engine: ['base', 'datom', 'port', 'db', 'query', 'transact'],
  sync: ['base', 'datom', 'port', 'db', 'query', 'transact', 'engine'],
  api: ['base:type', 'datom:type'],

  storage: ['base', 'datom', 'port'],
  memory: ['base', 'datom', 'port', 'storage'],
  indexeddb: ['base', 'datom', 'port', 'storage'],
  sql: ['base', 'datom', 'port', 'storage'],

  client: ['base', 'datom:type'],
  serve: ['base', 'datom', 'port', 'db', 'query', 'transact', 'engine', 'sync', 'client'],
  server: ['base', 'datom', 'port', 'db', 'query', 'transact', 'engine', 'sync'],
  cli: ['base', 'port', 'engine', 'sync', 'server', 'memory', 'sql'],
  'skins/react': ['base', 'client', 'annals'],

  annals: ['base', 'datom', 'client'],
  'annals/engine': ['base', 'datom', 'port', 'engine', 'memory'],
  'annals/worker': ['base', 'datom', 'port', 'engine', 'sync', 'serve', 'memory', 'indexeddb'],
  'annals/react': ['skins/react'],
  'annals/server': ['base', 'datom', 'port', 'engine', 'sync', 'server', 'memory', 'sql'],
  worker: ['annals/worker', 'engine', 'sync', 'serve', 'indexeddb'],
  demo: ['annals', 'annals/react'],
}

/** The layer of a file: the first pattern that matches says. */
const LAYERS = /** @type {const} */ ([
  [/^src\/index\.ts$/, 'annals'],
  [/^src\/(engine|worker|react|server)\.ts$/, 'annals/$1'],
  [/^src\/client\/serve\b.*/, 'serve'],
  [/^src\/server\/cli\/.*/, 'cli'],
  [/^src\/storage\/(port|memory|indexeddb|sql)\b.*/, '$1'],
  [/^src\/(skins\/react)\/.*/, '$1'],
  [/^src\/(storage)\/[^/]+$/, '$1'],
  [/^src\/(base|datom|db|query|transact|engine|sync|api|client|server)\/.*/, '$1'],
  [/^(worker|demo)\/.*/, '$1'],
])

/** Which layers may name a package. Node's own modules count as one. */
const PACKAGES = {
  '@noble/hashes': ['base', 'engine', 'sync', 'server'],
  cborg: ['base', 'datom', 'db', 'engine', 'sync', 'server', 'indexeddb', 'sql'],
  comlink: ['client', 'serve'],
  idb: ['indexeddb'],
  kysely: ['sql', 'server', 'cli'],
  libsql: ['sql', 'cli'],
  mysql2: ['sql'],
  node: ['cli', 'sql'],
  pg: ['sql'],
  react: ['skins/react', 'demo'],
  'react-dom': ['demo'],
}

const WARN_LINES = 300
const MAX_LINES = 500
/** Files that may be longer than MAX_LINES, each with its reason. */
const LONG = /** @type {Record<string, string>} */ ({})

const problems = /** @type {string[]} */ ([])
const files = ['src', 'worker', 'demo']
  .flatMap((folder) => readdirSync(root + folder, { recursive: true }).map((file) => `${folder}/${file}`))
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /\.tsx?$/.test(file))
const graph = new Map(files.map((file) => [file, check(file)]))
for (const cycle of cycles()) problems.push(`import cycle: ${cycle.join(' -> ')}`)

for (const problem of problems) console.error(problem)
if (problems.length > 0) process.exitCode = 1
else console.log(`imports: ${files.length} files, every arrow as it should be`)

/** Checks one file; returns the files whose code it loads. */
function check(/** @type {string} */ file) {
  const source = readFileSync(root + file, 'utf8')
  const layer = layerOf(file)
  const lines = source.split('\n').length - 1
  if (layer === undefined) problems.push(`${file}: belongs to no layer; name its folder in scripts/check-imports.mjs`)
  if (/\butils?\b/.test(file)) problems.push(`${file}: name it by what it does`)
  if (lines > MAX_LINES && !LONG[file]) problems.push(`${file}: ${lines} lines, at most ${MAX_LINES}`)
  else if (lines > WARN_LINES) console.warn(`warning: ${file} has ${lines} lines`)

  const loads = /** @type {string[]} */ ([])
  for (const { to, type } of importsOf(file, source)) {
    const target = published(to) ?? (to.startsWith('.') ? posix.join(posix.dirname(file), to) : undefined)
    if (target === undefined) checkPackage(file, layer, to)
    else if (!existsSync(root + target)) problems.push(`${file}: ${to} does not exist`)
    else {
      checkArrow(file, layer, target, to, type)
      if (!type) loads.push(target)
    }
  }
  return loads
}

function checkArrow(
  /** @type {string} */ file,
  /** @type {string | undefined} */ layer,
  /** @type {string} */ target,
  /** @type {string} */ to,
  /** @type {boolean} */ type,
) {
  const targetLayer = layerOf(target)
  if (layer === undefined || targetLayer === undefined) return
  if (layer === 'demo' && targetLayer !== 'demo' && to.startsWith('.')) {
    problems.push(`${file}: imports ${to}; the demo imports published names only`)
  }
  const allowed = /** @type {Record<string, string[]>} */ (MAY_IMPORT)[layer] ?? []
  if (targetLayer === layer || allowed.includes(targetLayer)) return
  if (type && (targetLayer === 'api' || allowed.includes(`${targetLayer}:type`))) return
  problems.push(`${file}: ${layer} must not import ${type ? 'types of ' : ''}${targetLayer} (${to})`)
}

function checkPackage(/** @type {string} */ file, /** @type {string | undefined} */ layer, /** @type {string} */ to) {
  const name = to.startsWith('node:') ? 'node' : to.split('/', to.startsWith('@') ? 2 : 1).join('/')
  const allowed = /** @type {Record<string, string[]>} */ (PACKAGES)[name] ?? []
  if (layer === undefined || !allowed.includes(layer)) problems.push(`${file}: ${layer} must not import ${to}`)
}

/** The source behind a published name. */
function published(/** @type {string} */ name) {
  if (name === 'annals') return 'src/index.ts'
  return name.startsWith('annals/') ? `src/${name.slice('annals/'.length)}.ts` : undefined
}

function layerOf(/** @type {string} */ file) {
  for (const [pattern, layer] of LAYERS) if (pattern.test(file)) return file.replace(pattern, layer)
  return undefined
}

function importsOf(/** @type {string} */ file, /** @type {string} */ source) {
  const { program, module, errors } = parseSync(file, source)
  for (const error of errors) problems.push(`${file}: ${error.message}`)
  const found = module.staticImports.map(({ moduleRequest, entries }) => ({
    to: moduleRequest.value,
    type: entries.length > 0 && entries.every((entry) => entry.isType),
  }))
  for (const entry of module.staticExports.flatMap((statement) => statement.entries)) {
    if (!entry.moduleRequest) continue
    if (entry.importName.kind !== 'Name') problems.push(`${file}: export names, not *, of ${entry.moduleRequest.value}`)
    found.push({ to: entry.moduleRequest.value, type: entry.isType })
  }
  new Visitor({
    ImportExpression: (node) => {
      if (node.source.type === 'Literal') found.push({ to: String(node.source.value), type: false })
    },
    TSImportType: (node) => void found.push({ to: node.source.value, type: true }),
  }).visit(program)
  return found
}

/** Each cycle once, as the list of its files. */
function cycles() {
  const found = /** @type {string[][]} */ ([])
  const done = new Set()
  const path = /** @type {string[]} */ ([])
  const walk = (/** @type {string} */ file) => {
    const start = path.indexOf(file)
    if (start >= 0) found.push([...path.slice(start), file])
    if (start >= 0 || done.has(file)) return
    path.push(file)
    for (const next of graph.get(file) ?? []) walk(next)
    path.pop()
    done.add(file)
  }
  for (const file of graph.keys()) walk(file)
  return found
}
