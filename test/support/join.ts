import { afterEach } from 'vitest'
import { type Client, type ClientOptions, client, type TestServer } from './sync-world.ts'

const clients: Client[] = []

/** Closes those that have joined: after each test by itself. */
export async function leave(): Promise<void> {
  await Promise.all(clients.splice(0).map(({ conn }) => conn.close()))
}
afterEach(leave)

/** A {@link client} that lives as long as its test. */
export async function join(server: TestServer, options: ClientOptions = {}): Promise<Client> {
  const joined = await client(server, options)
  clients.push(joined)
  return joined
}
