/** The harness of tests that run both ways: here in this process, over memory. */
import { type Connection, memory, open, type SchemaDef } from '../../src/engine.ts'

export interface TestOptions {
  /** Default: a new name. Databases of one name are one until `closeAll`. */
  readonly name?: string
  readonly schema?: SchemaDef
}

let storage = memory()
let opened: Connection[] = []

export async function openForTest({ name = crypto.randomUUID(), ...options }: TestOptions = {}): Promise<Connection> {
  const connection = await open(name, { storage, ...options })
  opened.push(connection)
  return connection
}

/** Closes what `openForTest` has opened, and removes it. */
export async function closeAll(): Promise<void> {
  const all = opened
  opened = []
  await Promise.all(all.map((connection) => connection.close()))
  storage = memory()
}
