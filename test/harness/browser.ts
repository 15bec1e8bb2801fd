/** The harness of tests that run both ways: here through worker, Comlink and IndexedDB. */
import { connect } from 'annals'
import type { Connection } from '../../src/engine.ts'
import type { TestOptions } from './node.ts'

let opened: Connection[] = []

export async function openForTest({ name = crypto.randomUUID(), ...options }: TestOptions = {}): Promise<Connection> {
  const connection = await connect(name, options)
  opened.push(connection)
  return connection
}

/** Closes what `openForTest` has opened, and removes it. */
export async function closeAll(): Promise<void> {
  const all = opened
  opened = []
  await Promise.all(all.map((connection) => connection.close()))
  const names = new Set(all.map(({ name }) => `annals/1/${encodeURIComponent(name)}`))
  await Promise.all([...names].map(remove))
}

function remove(name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name)
    request.onsuccess = () => resolve()
    request.onerror = () => reject(request.error)
  })
}
