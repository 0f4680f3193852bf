import { ReadFailure } from '../read-failure.ts'
import type { XmlAttributes } from '../xml/attributes.ts'
import { textAt } from '../xml/element.ts'
import type { XmlHandler } from '../xml/scan.ts'
import {
  type CamtFormat,
  type CamtMessage,
  camtMessage,
  camtMessages,
  otherMessages,
  versionIn,
} from './camt-messages.ts'
import { type Emit, endStatement, type OpenStatement, openStatement, takeRecord } from './camt-open.ts'
import { type CamtLimits, createRecordBuilder } from './camt-records.ts'

type Settings = {
  readonly formats: readonly CamtFormat[]
  readonly limits: CamtLimits
  readonly encoding: () => string
}

/** Elements of a statement that are kept for its head; all others but `<Bal>` and `<Ntry>` are passed over. */
const headElements = new Set(['Id', 'ElctrncSeqNb', 'LglSeqNb', 'CreDtTm', 'FrToDt', 'Acct', 'TxsSummry'])
/** How far into a file the message may begin: banks wrap it in envelopes of a few elements. */
const envelopeElements = 100

/** Where in the file the collector is. */
type Place = {
  depth: number
  opened: number
  version: string | undefined
  message: { readonly name: CamtMessage; readonly depth: number; announced: boolean } | undefined
  /** Some message was found in the file. */
  found: boolean
  statement: OpenStatement | undefined
}

/**
 * Turns XML events into statement parts. At any time it holds one record of the file: the group header, a part of
 * a statement's head, or one entry.
 */
export function createCamtCollector(emit: Emit, settings: Settings): XmlHandler & { end(): void } {
  const place: Place = {
    depth: 0,
    opened: 0,
    version: undefined,
    message: undefined,
    found: false,
    statement: undefined,
  }
  const records = createRecordBuilder(settings.limits, (record, details) => {
    if (record.name === 'GrpHdr') announceFile(place, emit, settings, textAt(record, 'MsgId'))
    else if (place.statement) takeRecord(place.statement, record, details, emit, settings.limits)
  })
  return {
    open(name, attributes, line) {
      if (records.isOpen()) {
        records.open(name, attributes, line)
        return
      }
      place.depth++
      place.opened++
      if (!place.message) findMessage(place, name, attributes, line, settings)
      else if (isRecord(place, name)) records.open(name, attributes, line)
      else if (isStatement(place, name)) {
        announceFile(place, emit, settings)
        place.statement = openStatement(emit, place.message.name === 'BkToCstmrDbtCdtNtfctn')
      }
    },
    close(_name, text) {
      if (records.isOpen()) {
        records.close(text)
        if (records.isOpen()) return
      } else closeContainer(place, emit, settings)
      place.depth--
    },
    end() {
      if (!place.found) {
        throw new ReadFailure('format_unknown', 'there is no account statement in this XML file', null)
      }
    },
  }
}

/** Looks for the message, in the root or some way into an envelope, and for the version in the namespaces above. */
function findMessage(
  place: Place,
  name: string,
  attributes: XmlAttributes,
  line: number,
  settings: Settings,
): void {
  place.version = versionIn(attributes) ?? place.version
  const message = camtMessage(name)
  if (message) {
    const { format } = camtMessages[message]
    if (!settings.formats.includes(format)) {
      throw new ReadFailure('format_unsupported', `${format} files are not read here`, line)
    }
    place.message = { name: message, depth: place.depth, announced: false }
    place.found = true
  } else if (otherMessages[name]) {
    throw new ReadFailure('format_unsupported', `this is a ${otherMessages[name]}, not a statement`, line)
  } else if (place.opened > envelopeElements) {
    throw new ReadFailure('format_unknown', 'there is no account statement in this XML file', line)
  }
}

function announceFile({ message, version }: Place, emit: Emit, settings: Settings, messageId?: string): void {
  if (!message || message.announced) return
  message.announced = true
  const { format } = camtMessages[message.name]
  const encoding = settings.encoding()
  emit({ kind: 'file', format, version: version ?? format, encoding, ...(messageId && { messageId }) })
}

/** The group header, or an element of a statement that is read. */
function isRecord({ message, depth, statement }: Place, name: string): boolean {
  if (statement) return depth === (message?.depth ?? 0) + 2 && isKept(name)
  return depth === (message?.depth ?? 0) + 1 && name === 'GrpHdr'
}

function isStatement({ message, depth }: Place, name: string): boolean {
  return message !== undefined && depth === message.depth + 1 && name === camtMessages[message.name].record
}

function closeContainer(place: Place, emit: Emit, settings: Settings): void {
  const { message, statement, depth } = place
  if (message && statement && depth === message.depth + 1) {
    endStatement(statement, emit)
    place.statement = undefined
  } else if (message && depth === message.depth) {
    announceFile(place, emit, settings)
    place.message = undefined
  }
}

const isKept = (name: string) => name === 'Ntry' || name === 'Bal' || headElements.has(name)
