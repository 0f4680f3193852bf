import type { StatedBalance, StatementPart } from '../../domain/statement.ts'
import { ReadFailure } from '../read-failure.ts'
import { at, newElement, textAt, type XmlElement } from '../xml/element.ts'
import type { XmlHandler } from '../xml/reader.ts'
import { type DetailDraft, readDetail } from './camt-detail.ts'
import { type EntryContext, readEntry } from './camt-entry.ts'
import {
  type CamtFormat,
  type CamtMessage,
  camtMessages,
  isCamtMessage,
  otherMessages,
  versionIn,
} from './camt-messages.ts'
import { buildHead, readBalance, statementDay } from './camt-statement.ts'
import { AmountUnreadable, dateIn } from './parts.ts'
import { createWarner, type Warner } from './warnings.ts'

export type CamtLimits = {
  /** Elements held at once: one record, without the details already read from it. */
  readonly elements: number
  readonly detailsPerEntry: number
  readonly balances: number
}

export const camtLimits: CamtLimits = { elements: 20_000, detailsPerEntry: 100_000, balances: 10_000 }

type Settings = {
  readonly formats: readonly CamtFormat[]
  readonly limits: CamtLimits
  readonly encoding: () => string
}

/** One statement while it is being read. */
type Open = {
  readonly parts: Map<string, XmlElement>
  readonly balances: StatedBalance[]
  readonly warn: Warner
  /** Warnings that came up before the head was given out. */
  readonly waiting: StatementPart[]
  /** What entries fall back to; made anew when the head grows. */
  context: EntryContext | undefined
  announced: boolean
  entries: number
}

/** Elements of a statement that are kept for its head; all others but `<Bal>` and `<Ntry>` are passed over. */
const headElements = new Set(['Id', 'ElctrncSeqNb', 'LglSeqNb', 'CreDtTm', 'FrToDt', 'Acct', 'TxsSummry'])
/** How far into a file the message may begin: banks wrap it in envelopes of a few elements. */
const envelopeElements = 100

/**
 * Turns XML events into statement parts. At any time it holds one record of the file: the group header, a part of
 * a statement's head, or one entry.
 */
export function createCamtCollector(
  emit: (part: StatementPart) => void,
  settings: Settings,
): XmlHandler & { end(): void } {
  let depth = 0
  let opened = 0
  let version: string | undefined
  let message: { name: CamtMessage; depth: number; announced: boolean } | undefined
  let read = false
  let statement: Open | undefined
  const records = createRecordBuilder(settings.limits, (record, details) => {
    if (record.name === 'GrpHdr') announceFile(textAt(record, 'MsgId'))
    else if (statement) take(statement, record, details, emit, settings.limits)
  })

  const announceFile = (messageId?: string) => {
    if (!message || message.announced) return
    message.announced = true
    const { format } = camtMessages[message.name]
    const encoding = settings.encoding()
    emit({ kind: 'file', format, version: version ?? format, encoding, ...(messageId && { messageId }) })
  }

  const findMessage = (name: string, line: number) => {
    if (isCamtMessage(name)) {
      const { format } = camtMessages[name]
      if (!settings.formats.includes(format)) {
        throw new ReadFailure('format_unsupported', `${format} files are not read here yet`, line)
      }
      message = { name, depth, announced: false }
      read = true
    } else if (otherMessages[name]) {
      throw new ReadFailure('format_unsupported', `this is a ${otherMessages[name]}, not a statement`, line)
    } else if (/^BkToCstmr\w+V01$/.test(name)) {
      throw new ReadFailure(
        'format_unsupported',
        'the first version (.01) of this message is not read here',
        line,
      )
    } else if (opened > envelopeElements) {
      throw new ReadFailure('format_unknown', 'there is no account statement in this XML file', line)
    }
  }

  return {
    open(name, attributes, line) {
      depth++
      opened++
      if (records.isOpen()) return records.open(name, attributes, line)
      if (!message) {
        version = versionIn(attributes) ?? version
        return findMessage(name, line)
      }
      if (depth === message.depth + 1) {
        if (name === 'GrpHdr') records.open(name, attributes, line)
        if (name === camtMessages[message.name].record) {
          announceFile()
          statement = newStatement(emit)
        }
      } else if (depth === message.depth + 2 && statement && isKept(name)) {
        records.open(name, attributes, line)
      }
    },
    close(name, text) {
      if (records.isOpen()) records.close(text)
      else if (statement && message && depth === message.depth + 1) {
        endStatement(statement, emit)
        statement = undefined
      } else if (message && depth === message.depth && name === message.name) {
        announceFile()
        message = undefined
      }
      depth--
    },
    end() {
      if (!read)
        throw new ReadFailure('format_unknown', 'there is no account statement in this XML file', null)
    },
  }
}

const isKept = (name: string) => name === 'Ntry' || name === 'Bal' || headElements.has(name)

function newStatement(emit: (part: StatementPart) => void): Open {
  const statement: Open = {
    parts: new Map(),
    balances: [],
    warn: createWarner((part) => (statement.announced ? emit(part) : statement.waiting.push(part))),
    waiting: [],
    context: undefined,
    announced: false,
    entries: 0,
  }
  return statement
}

/** Builds one record as a small tree; each `<TxDtls>` is read and dropped as soon as it ends. */
function createRecordBuilder(
  limits: CamtLimits,
  done: (record: XmlElement, details: readonly DetailDraft[]) => void,
) {
  const stack: XmlElement[] = []
  let details: DetailDraft[] = []
  let held = 0
  let beforeDetail = 0
  return {
    isOpen: () => stack.length > 0,
    open(name: string, attributes: Readonly<Record<string, string>>, line: number) {
      if (name === 'TxDtls') beforeDetail = held
      if (++held > limits.elements || details.length > limits.detailsPerEntry) {
        throw new ReadFailure('record_too_large', `<${stack[0]?.name}> is larger than the limit`, line)
      }
      stack.push(newElement(name, attributes, line))
    },
    close(text: string) {
      const element = stack.pop() as XmlElement
      const parent = stack.at(-1)
      if (element.children.length === 0) element.text = text.trim()
      if (!parent) {
        const found = details
        details = []
        held = 0
        done(element, found)
      } else if (element.name === 'TxDtls' && parent.name === 'NtryDtls') {
        details.push(readDetail(element, at(parent, 'Btch')))
        held = beforeDetail
      } else parent.children.push(element)
    },
  }
}

/** What a finished record means for the statement it stands in. */
function take(
  statement: Open,
  record: XmlElement,
  details: readonly DetailDraft[],
  emit: (part: StatementPart) => void,
  limits: CamtLimits,
): void {
  if (record.name === 'Ntry') takeEntry(statement, record, details, emit)
  else {
    statement.context = undefined
    if (record.name === 'Bal') takeBalance(statement, record, limits)
    else if (!statement.parts.has(record.name)) statement.parts.set(record.name, record)
  }
}

function takeBalance(statement: Open, record: XmlElement, limits: CamtLimits): void {
  if (statement.balances.length >= limits.balances) {
    throw new ReadFailure(
      'record_too_large',
      `a statement has more than ${limits.balances} balances`,
      record.line,
    )
  }
  try {
    statement.balances.push(readBalance(record, textAt(statement.parts.get('Acct'), 'Ccy')))
  } catch (error) {
    if (!(error instanceof AmountUnreadable)) throw error
    statement.warn('balance_unreadable', error.message, record.line)
  }
}

function takeEntry(
  statement: Open,
  record: XmlElement,
  details: readonly DetailDraft[],
  emit: (part: StatementPart) => void,
): void {
  announce(statement, emit)
  statement.entries++
  try {
    statement.context ??= contextOf(statement)
    const { entry, remarks } = readEntry(record, details, statement.context)
    for (const remark of remarks) statement.warn.once(remark, record.line)
    emit({ kind: 'entry', entry, line: record.line })
  } catch (error) {
    if (!(error instanceof AmountUnreadable)) throw error
    statement.warn('entry_unreadable', error.message, record.line)
  }
}

function contextOf(statement: Open): EntryContext {
  const head = buildHead(statement.parts, statement.balances)
  const day = statementDay(head)
  const createdOn = dateIn(statement.parts.get('CreDtTm')?.text)
  return {
    ...(head.currency && { currency: head.currency }),
    ...(day && { day }),
    ...(createdOn && { createdOn }),
  }
}

function announce(statement: Open, emit: (part: StatementPart) => void): void {
  if (statement.announced) return
  statement.announced = true
  const head = buildHead(statement.parts, statement.balances)
  if (!head.account) statement.warn.once('account_missing', statement.parts.get('Acct')?.line)
  emit({ kind: 'statement', head })
  for (const part of statement.waiting.splice(0)) emit(part)
}

function endStatement(statement: Open, emit: (part: StatementPart) => void): void {
  announce(statement, emit)
  const summary = statement.parts.get('TxsSummry')
  const stated = textAt(summary, 'TtlNtries', 'NbOfNtries')
  if (stated && /^\d{1,15}$/.test(stated) && Number(stated) !== statement.entries) {
    const detail = `the bank counts ${stated} entries, the statement has ${statement.entries}`
    statement.warn('entry_count_differs', detail, summary?.line)
  }
  emit({ kind: 'statementEnd', head: buildHead(statement.parts, statement.balances) })
}
