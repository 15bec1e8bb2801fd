import { existsSync, readFileSync } from 'node:fs'
import { ACROSS_SYSTEMS, LIVE_SYSTEMS, QUERY_SYSTEMS, STORAGE_SYSTEMS } from '../systems/systems.ts'

/** What is installed of every package that is measured, and of annals itself. `bench`: this folder, with its last slash. */
export function readVersions(bench: string): Record<string, string> {
  const systems = [...QUERY_SYSTEMS, ...STORAGE_SYSTEMS, ...LIVE_SYSTEMS, ...ACROSS_SYSTEMS]
  const packages = [...new Set(systems.flatMap(({ package: name }) => name ?? []))].sort()
  const versions = packages.map((name): [string, string] => {
    const files = [`${bench}node_modules/${name}/package.json`, `${bench}../node_modules/${name}/package.json`]
    return [name, versionIn(files.find(existsSync) ?? '')]
  })
  return { annals: versionIn(`${bench}../package.json`), ...Object.fromEntries(versions) }
}

function versionIn(file: string): string {
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }
  return version
}
