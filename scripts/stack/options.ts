import { type ParseArgsConfig, parseArgs } from 'node:util'

/** The options of the command line. One that is wrong ends the process with exit code 2 and a line that says so. */
export function readOptions<const Options extends NonNullable<ParseArgsConfig['options']>>(options: Options) {
  try {
    return parseArgs({ options }).values
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}

/** Ends the process: it was called in a way it cannot work. */
export function refuse(why: string): never {
  process.stderr.write(`${why}\n`)
  process.exit(2)
}
