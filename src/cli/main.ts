import { ConfigError } from '../config.ts'
import { type Command, type Terminal, terminal, UsageError } from './command.ts'

/**
 * Every command, in the order of the help. The work is loaded when it is called, so that `inspect` needs neither
 * database nor configuration.
 */
const commands: readonly Command[] = [
  {
    name: 'inspect',
    usage: 'inspect FILE… [--json]',
    summary: 'Read statement files and show what they hold and whether they add up; `-` is standard input.',
    load: async () => (await import('./inspect.ts')).inspect,
  },
  {
    name: 'reread',
    usage: 'reread (--file ID | --state STATE | --all) [--client ID]',
    summary:
      'Read files again from the archive with the readers of this version; STATE is partial, failed, imported or ' +
      'imported_no_change.',
    load: async () => (await import('./reread.ts')).reread,
  },
  {
    name: 'client create',
    usage: 'client create NAME',
    summary: 'Make an API client with its first key. The key is printed, once.',
    load: async () => (await import('./client.ts')).createClient,
  },
  {
    name: 'work list',
    usage: 'work list',
    summary: 'Print the work that rests, is late or fails, one piece per line, with its last error.',
    load: async () => (await import('./work.ts')).workList,
  },
  {
    name: 'work revive',
    usage: 'work revive ID',
    summary: 'Make a piece of work due now, as if it had never failed.',
    load: async () => (await import('./work.ts')).workRevive,
  },
  {
    name: 'audit head',
    usage: 'audit head [--client ID]',
    summary: 'Print the newest signed head of every audit chain, one per line, to be kept somewhere else.',
    load: async () => (await import('./audit.ts')).auditHead,
  },
  {
    name: 'audit verify',
    usage: 'audit verify [--client ID] [--head FILE]',
    summary:
      'Check the audit chains, also against heads that were kept: what was changed, removed or rebuilt.',
    load: async () => (await import('./audit.ts')).auditVerify,
  },
]

/**
 * Runs the command line. Answers the exit code: 0 done, 1 the command found something wrong, 2 wrong usage.
 */
export async function main(args: readonly string[], io: Terminal = terminal): Promise<number> {
  const [name, ...rest] = args
  if (name === '--help' || name === '-h' || name === 'help') {
    io.out(`${help()}\n`)
    return 0
  }
  const command = findCommand(args)
  if (!command) {
    io.err(
      `kontobro: ${name === undefined ? 'no command given' : `there is no command "${name}"`}\n\n${help()}\n`,
    )
    return 2
  }
  const own = rest.slice(command.name.split(' ').length - 1)
  if (own.includes('--help') || own.includes('-h')) {
    io.out(`Usage: kontobro ${command.usage}\n\n${command.summary}\n`)
    return 0
  }
  try {
    const run = await command.load()
    return await run(own, io)
  } catch (error) {
    if (error instanceof ConfigError) {
      io.err(`kontobro ${command.name}: ${error.message}\n`)
      return 2
    }
    if (!(error instanceof UsageError)) throw error
    io.err(`kontobro ${command.name}: ${error.message}\nUsage: kontobro ${command.usage}\n`)
    return 2
  }
}

/** Names may have two words (`audit verify`). */
function findCommand(args: readonly string[]): Command | undefined {
  return commands.find((command) => command.name === args.slice(0, command.name.split(' ').length).join(' '))
}

function help(): string {
  const width = Math.max(...commands.map((command) => command.usage.length))
  const lines = commands.map((command) => `  ${command.usage.padEnd(width)}   ${command.summary}`)
  return [
    'Usage: kontobro COMMAND',
    '',
    'Commands',
    ...lines,
    '',
    'kontobro COMMAND --help tells more.',
  ].join('\n')
}
