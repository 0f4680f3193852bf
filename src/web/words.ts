import type { Language } from '../consent/letters.ts'

const nb = {
  step: 'Steg',
  of: 'av',
  footer: 'Kontobro kobler regnskapet til banken. Vi ber aldri om passord eller koder til nettbanken din.',
  logIn: 'Logg inn med BankID',
  personal: 'Lenken er personlig. Logg inn med BankID for å gå videre.',
  company: 'Selskap',
  organisationNumber: 'Organisasjonsnummer',
  you: 'Du',
  yes: 'Ja',
  back: 'Tilbake',
  retry: 'Prøv igjen',
  signTitle: 'Signer bankavtalen',
  signLead: 'Les avtalen, og signer den med BankID. Den gjelder til den sies opp.',
  read: 'Les avtalen',
  pdf: 'PDF, åpnes i nettleseren',
  sign: 'Signer med BankID',
  waitingFor: 'Før deg skal disse signere:',
  signedTitle: 'Avtalen er signert',
  signed: 'Takk. Du har signert avtalen.',
  signedActive: 'Avtalen er aktiv. Du kan lukke siden.',
  signedMore: 'Vi venter på de andre som skal signere. Du kan lukke siden.',
  signedReview: 'Avtalen behandles. Det tar vanligvis et par virkedager, og du trenger ikke gjøre noe.',
  declinedTitle: 'Avtalen ble avslått',
  declined: 'Avtalen er ikke signert. Var det en feil, kan du be om en ny lenke.',
  notSigned: 'Signeringen er ikke fullført ennå.',
  otherSigner:
    'Avtalen ble signert med en annen persons BankID enn din. Den teller ikke. Ta kontakt med den som sendte deg lenken.',
  overTitle: 'Lenken gjelder ikke lenger',
  over: 'Den er brukt, gått ut eller trukket tilbake. Be den som sendte den om en ny.',
  consentTitle: 'Gi tilgang til banken',
  consentLead:
    'Du sendes til banken og velger kontoene der. Tilgangen gjelder i opptil 180 dager, og du kan trekke den tilbake når som helst.',
  consentWho:
    'Gi bare tilgang hvis du har rettigheter i selskapets nettbank. Regnskapsførere uten slike rettigheter skal ikke gjøre dette.',
  bank: 'Bank',
  processors: 'Hvem som behandler opplysningene',
  direct: 'Ingen andre enn banken og oss',
  toBank: 'Gå til banken',
  consentActiveTitle: 'Banken er koblet til',
  consentActive: 'Takk. Saldo og transaksjoner hentes nå. Du kan lukke siden.',
  consentOpen: 'Banken har ikke fått godkjenningen din ennå.',
  consentFailedTitle: 'Banken ble ikke koblet til',
  consentFailed: 'Godkjenningen ble ikke gitt. Be om en ny lenke hvis du vil prøve igjen.',
  approveTitle: 'Godkjenn betalingen',
  approveLead: 'Stemmer alt? Når du godkjenner, går du videre til banken og bekrefter der.',
  payer: 'Betaler',
  from: 'Fra konto',
  to: 'til',
  toAccount: 'Til konto',
  kid: 'KID',
  message: 'Melding',
  when: 'Når',
  soon: 'Så snart som mulig',
  approve: 'Godkjenn og gå til banken',
  decline: 'Avslå',
  continueToBank: 'Fortsett til banken',
  paymentAccepted: 'Banken har tatt imot betalingen. Du kan lukke siden.',
  paymentAcceptedTitle: 'Betalingen er godkjent',
  paymentDeclined: 'Du har avslått betalingen. Den blir ikke sendt.',
  paymentDeclinedTitle: 'Betalingen er avslått',
  paymentFailedTitle: 'Betalingen ble ikke gjennomført',
  paymentFailed: 'Banken utfører den ikke.',
  paymentBusy: 'Betalingen er på vei til banken. Last siden på nytt om litt.',
  paymentUnknown:
    'Vi vet ennå ikke om banken har fått betalingen. Betal ikke på nytt: vi følger med, og den gjøres opp når den er bokført.',
  paymentAgain:
    'Forrige forsøk kom ikke frem til godkjenning i banken. Ingenting er betalt, og du kan prøve igjen.',
  problemTitle: 'Noe stemte ikke',
  openAgain: 'Åpne lenken i e-posten på nytt for å prøve igjen.',
  refusals: {
    cancelled: 'Du avbrøt innloggingen.',
    assurance: 'Du må bruke BankID med høyt sikkerhetsnivå.',
    other_person: 'Lenken er laget for en annen person enn den som logget inn.',
    stale: 'Innloggingen var gått ut eller allerede brukt.',
    unavailable: 'BankID svarer ikke akkurat nå.',
  },
  bankUnavailable: 'Banken svarer ikke akkurat nå. Ingenting er gjort. Prøv igjen om litt.',
  tooMany: 'Det ble for mange forsøk på kort tid. Vent et minutt, og prøv igjen.',
  formOld: 'Skjemaet var for gammelt. Prøv igjen.',
  moved: 'Dette kan ikke gjøres nå. Noe har endret seg etter at siden ble vist. Ingenting er gjort.',
  failed: 'Noe gikk galt hos oss. Prøv igjen om litt.',
  notFoundTitle: 'Siden finnes ikke',
  notFound: 'Sjekk at hele adressen er med.',
} as const

type Words = {
  readonly [K in keyof typeof nb]: (typeof nb)[K] extends string
    ? string
    : { readonly [R in keyof (typeof nb)[K]]: string }
}

const en: Words = {
  step: 'Step',
  of: 'of',
  footer:
    'Kontobro connects accounting to the bank. We never ask for passwords or codes of your online bank.',
  logIn: 'Log in with BankID',
  personal: 'This link is personal. Log in with BankID to go on.',
  company: 'Company',
  organisationNumber: 'Organisation number',
  you: 'You',
  yes: 'Yes',
  back: 'Back',
  retry: 'Try again',
  signTitle: 'Sign the bank agreement',
  signLead: 'Read the agreement, and sign it with BankID. It is valid until it is ended.',
  read: 'Read the agreement',
  pdf: 'PDF, opens in the browser',
  sign: 'Sign with BankID',
  waitingFor: 'These have to sign before you:',
  signedTitle: 'The agreement is signed',
  signed: 'Thank you. You have signed the agreement.',
  signedActive: 'The agreement is active. You can close this page.',
  signedMore: 'We are waiting for the others who are to sign. You can close this page.',
  signedReview:
    'The agreement is being looked at. This usually takes a couple of working days, and there is nothing you need to do.',
  declinedTitle: 'The agreement was declined',
  declined: 'The agreement is not signed. If that was a mistake, ask for a new link.',
  notSigned: 'The signing is not finished yet.',
  otherSigner:
    "The agreement was signed with another person's BankID than yours. It does not count. Contact whoever sent you the link.",
  overTitle: 'This link is no longer valid',
  over: 'It has been used, has expired or was withdrawn. Ask whoever sent it for a new one.',
  consentTitle: 'Give access to the bank',
  consentLead:
    'You go to the bank and choose the accounts there. The access lasts up to 180 days, and you can take it back at any time.',
  consentWho:
    "Give access only if you have rights in the company's online bank. Accountants without such rights should not do this.",
  bank: 'Bank',
  processors: 'Who processes the data',
  direct: 'Nobody but the bank and us',
  toBank: 'Go to the bank',
  consentActiveTitle: 'The bank is connected',
  consentActive: 'Thank you. Balances and transactions are being fetched. You can close this page.',
  consentOpen: 'The bank does not have your approval yet.',
  consentFailedTitle: 'The bank was not connected',
  consentFailed: 'The approval was not given. Ask for a new link if you want to try again.',
  approveTitle: 'Approve the payment',
  approveLead: 'Is everything right? When you approve, you go on to the bank and confirm there.',
  payer: 'Payer',
  from: 'From account',
  to: 'to',
  toAccount: 'To account',
  kid: 'KID',
  message: 'Message',
  when: 'When',
  soon: 'As soon as possible',
  approve: 'Approve and go to the bank',
  decline: 'Decline',
  continueToBank: 'Continue to the bank',
  paymentAccepted: 'The bank has taken the payment. You can close this page.',
  paymentAcceptedTitle: 'The payment is approved',
  paymentDeclined: 'You have declined the payment. It will not be sent.',
  paymentDeclinedTitle: 'The payment is declined',
  paymentFailedTitle: 'The payment was not made',
  paymentFailed: 'The bank does not carry it out.',
  paymentBusy: 'The payment is on its way to the bank. Load the page again in a moment.',
  paymentUnknown:
    'We do not know yet whether the bank has the payment. Do not pay again: we keep looking, and it is settled when it is booked.',
  paymentAgain:
    'The last attempt did not get as far as your approval at the bank. Nothing has been paid, and you can try again.',
  problemTitle: 'Something was not right',
  openAgain: 'Open the link in the e-mail again to have another try.',
  refusals: {
    cancelled: 'You broke off the log-in.',
    assurance: 'You have to use BankID at the high level of assurance.',
    other_person: 'The link is for another person than the one who logged in.',
    stale: 'The log-in had expired or was used already.',
    unavailable: 'BankID does not answer right now.',
  },
  bankUnavailable: 'The bank does not answer right now. Nothing has been done. Try again in a moment.',
  tooMany: 'There were too many attempts in a short time. Wait a minute, and try again.',
  formOld: 'The form was too old. Try again.',
  moved: 'This cannot be done now. Something has changed since the page was shown. Nothing has been done.',
  failed: 'Something went wrong on our side. Try again in a moment.',
  notFoundTitle: 'There is no such page',
  notFound: 'Check that the whole address is there.',
}

/** The words of the hosted pages, in bokmål and English. */
export const words: Readonly<Record<Language, Words>> = { nb, en }

/** The language a browser asks for first, of those we have; bokmål when it says nothing we know. */
export function languageOf(acceptLanguage: string | undefined): Language {
  for (const range of (acceptLanguage ?? '').toLowerCase().split(',').slice(0, 20)) {
    const tag = range.split(';')[0]?.trim() ?? ''
    if (/^(nb|no|nn)\b/.test(tag)) return 'nb'
    if (/^en\b/.test(tag)) return 'en'
  }
  return 'nb'
}
