import { type Connection, connect } from 'annals'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { Failure } from './failure.tsx'
import { schema } from './schema.ts'
import { dbName, isUnderTest, syncUrl, userName } from './settings.ts'

declare global {
  interface Window {
    annalsDemo?: { readonly conn: Connection; readonly connect: typeof connect }
  }
}

const root = createRoot(document.getElementById('root') as HTMLElement)

async function start(): Promise<void> {
  try {
    const sync = syncUrl === undefined ? {} : { sync: { url: syncUrl } }
    const conn = await connect(dbName, { schema, user: userName, ...sync })
    if (isUnderTest) window.annalsDemo = { conn, connect }
    root.render(
      <StrictMode>
        <App conn={conn} />
      </StrictMode>,
    )
  } catch (error) {
    root.render(<Failure error={error} />)
  }
}

void start()
