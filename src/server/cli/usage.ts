/** Where the commands that work on one database find it. */
const PLACE = `  <place>              https://…/sync/<database> of a running server, or a storage with --database: sqlite:<path>,
                       postgres://…, mysql://…
  --database <name>    the database of a storage
  ANNALS_TOKEN         in the environment: the bearer token for a server`

/** What each command takes. */
export const COMMAND_USAGE = {
  serve: `usage: annals serve [options]

Serves remote logs for sync at /sync/<database>, /health, /metrics, and, if asked, a folder of files beside them.

  --storage <where>    sqlite:<path> (default sqlite:annals.db), postgres://…, mysql://…, or memory:
  --port <number>      default 8080; 0 picks a free one
  --host <address>     default 127.0.0.1: whoever can reach the port can read and write every database
  --allow-host <name>  requests may name this host, as a proxy passes it on; may be given again. On 127.0.0.1 others are refused
  --origin <origin>    pages of it may call, such as https://shop.example; may be given again
  --static <folder>    serves its files; paths without an extension get its index.html
  --patterns           queries in transactions may match patterns (re-find and its like): where every writer is trusted, since a
                       hostile one stops the server
  --log <what>         errors (default), or requests as well: lines of JSON on stderr
  --help`,
  log: `usage: annals log <place> [options]

Shows the transactions of a database, oldest first.

${PLACE}
  --from <t>, --to <t> only these
  --rejected           instead, what was refused, by replica, and why: its authors keep the data. For administrators
  --json               one line of JSON each`,
  diff: `usage: annals diff <place> --from <t> [--to <t>] [options]

Shows what differs between the database as of one t and as of a later one (default the newest): + is new, - is gone.

${PLACE}
  --json               one line of JSON each`,
  undo: `usage: annals undo <place> <transaction> [options]

Reverts what one transaction said and what nobody has spoken about since. The undo is a transaction itself: undo it to redo.

${PLACE}
  <transaction>        its t, or its uuid
  --dry-run            shows what would be reverted and changes nothing
  --strict             refuses when some of it was changed since`,
  export: `usage: annals export <place> [options]

Writes a backup, the log as lines of JSON, checked by its hash chain.

${PLACE}
  --since <t>          only what follows t: an incremental backup
  --out <file>         there whole or not at all; default: standard output`,
  restore: `usage: annals restore <place> [options]

Appends a backup to the log that it follows: a whole one to an empty database, an incremental one where the last one ended.

${PLACE}
  --in <file>          default: standard input`,
  query: `usage: annals query <place> <query> [options]

Answers a Datalog query, in EDN, as JSON.

${PLACE}
  --input <json>       the next input of the query's :in; may be given again
  --as-of <t>          the database as it was
  --since <t>          only what was said after t
  --history            all that was ever said`,
  stats: `usage: annals stats <place> [options]

Shows how large a database is, as JSON.

${PLACE}`,
} as const

export type CommandName = keyof typeof COMMAND_USAGE

export const USAGE = `usage: annals <command> [options]

  annals serve         serves databases to replicas
  annals log           shows transactions
  annals diff          shows what differs between two points in time
  annals undo          reverts a transaction
  annals query         answers a Datalog query
  annals stats         shows how large a database is
  annals export        writes a backup
  annals restore       reads one back

annals <command> --help tells the rest.`
