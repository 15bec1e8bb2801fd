/** The part of DataScript's JavaScript interface that is used here; the package brings no types. */
declare module 'datascript' {
  type Ref = number | readonly [attribute: string, value: unknown]
  interface Conn {
    readonly conn: true
  }
  export interface Db {
    readonly db: true
  }
  interface Entity {
    get(attribute: string): unknown
  }
  const datascript: {
    create_conn(schema: object): Conn
    db(conn: Conn): Db
    transact(conn: Conn, txData: readonly unknown[]): unknown
    q(query: string, ...inputs: readonly unknown[]): unknown
    pull(db: Db, pattern: string, entity: Ref): unknown
    entity(db: Db, entity: Ref): Entity | null
    datoms(
      db: Db,
      index: ':eavt' | ':aevt' | ':avet',
      ...components: readonly unknown[]
    ): Iterable<{ e: number; v: unknown }>
    listen(conn: Conn, key: string, listener: (report: unknown) => void): void
    unlisten(conn: Conn, key: string): void
  }
  export default datascript
}
