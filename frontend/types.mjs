/**
 * Write the types of the REST API, from the description that the server makes of
 * itself; with `--check`, only say whether those that are there are still true.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import openapiTS, { astToString } from 'openapi-typescript'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const venv = here('../.venv/bin/python')
const python = process.env.PYTHON ?? (existsSync(venv) ? venv : 'python3')

const HEAD = '/** Made by `npm run types` from the OpenAPI description. Not to be edited. */\n'

let stale = 0
for (const session of ['user', 'admin']) {
  const document = execFileSync(python, [here('openapi.py'), session], { encoding: 'utf8', cwd: here('..') })
  const text = HEAD + astToString(await openapiTS(JSON.parse(document), { defaultNonNullable: false }))
  const file = here(`src/api/schema/${session}.d.ts`)
  const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
  if (before === text) continue
  if (process.argv.includes('--check')) {
    console.error(`src/api/schema/${session}.d.ts is not what the server says: run "npm run types".`)
    stale += 1
  } else {
    writeFileSync(file, text)
    console.log(`src/api/schema/${session}.d.ts written`)
  }
}
process.exitCode = stale ? 1 : 0
