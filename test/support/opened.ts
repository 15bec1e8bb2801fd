import type { Connection } from 'annals'

/** Connections that a test has opened, so that all are closed after it. */
export class Opened<C extends Connection = Connection> {
  private conns: C[] = []

  /** The connection, which is closed with the others. */
  async add(connecting: Promise<C>): Promise<C> {
    const conn = await connecting
    this.conns.push(conn)
    return conn
  }

  readonly closeAll = async (): Promise<void> => {
    await Promise.all(this.conns.map((conn) => conn.close()))
    this.conns = []
  }
}
