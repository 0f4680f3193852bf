/** A point of a list, its key words in front. */
export type Point = { readonly lead: string; readonly text: string }
export type Section = {
  readonly heading: string
  readonly paragraphs: readonly string[]
  readonly points?: readonly Point[]
  readonly after?: string
}

/** Every word of the agreement in one language. */
export type AgreementText = {
  readonly locale: string
  readonly title: string
  readonly subtitle: string
  readonly labels: {
    readonly agreementId: string
    readonly date: string
    readonly version: string
    readonly company: string
    readonly operator: string
    readonly operatorUnnamed: string
    readonly organisationNumber: string
    readonly page: (page: number, of: number) => string
  }
  readonly inShort: { readonly heading: string; readonly lines: readonly string[] }
  readonly sections: readonly Section[]
  readonly signing: {
    readonly heading: string
    readonly text: string
    readonly signer: string
    readonly signature: string
    readonly signedWith: string
  }
  readonly annex: {
    readonly heading: string
    readonly text: string
    readonly bank: string
    readonly processors: string
    readonly direct: string
    readonly processor: string
    readonly purpose: string
  }
}

/** Who the words are about. Where the operator or the accounting system has no name, its role stands there. */
export type Names = {
  readonly company: string
  readonly operator: string | undefined
  readonly accountingSystem: string | undefined
}

/** Bokmål, version 1. A changed word is a new version: agreements that were signed keep theirs. */
export function bokmal1({ company, operator, accountingSystem }: Names): AgreementText {
  const runner = operator ?? 'den som driver tjenesten Kontobro'
  const system = accountingSystem ?? 'regnskapssystemet'
  const named = accountingSystem ? `${accountingSystem} («regnskapssystemet»)` : 'regnskapssystemet'
  return {
    locale: 'nb-NO',
    title: 'Bankavtale',
    subtitle: 'Avtale om kontoinformasjon og betalinger',
    labels: {
      agreementId: 'Avtale',
      date: 'Dato',
      version: 'Versjon',
      company: 'Selskapet',
      operator: 'Operatøren',
      operatorUnnamed: 'Den som driver Kontobro',
      organisationNumber: 'Org.nr.',
      page: (page, of) => `Side ${page} av ${of}`,
    },
    inShort: {
      heading: 'Kort fortalt',
      lines: [
        `Selskapets bankkontoer knyttes til ${system}. Saldo og transaksjoner hentes automatisk.`,
        'Penger flyttes bare når en person med rett til det godkjenner betalingen.',
        'Selskapet signerer én gang. Hver person som skal bruke banken, samtykker i tillegg selv.',
        'Selskapet kan si opp avtalen når som helst.',
      ],
    },
    sections: [
      {
        heading: 'Partene',
        paragraphs: [
          `Avtalen gjelder mellom ${company} («selskapet») og ${runner} («operatøren»). Operatøren knytter bankene til ${named}.`,
        ],
      },
      {
        heading: 'Hva avtalen omfatter',
        paragraphs: [],
        points: [
          {
            lead: 'Kontoinformasjon.',
            text: 'Operatøren henter saldo og transaksjoner fra selskapets bedriftskontoer og gjør dem tilgjengelige i regnskapssystemet, slik at kontoene kan avstemmes.',
          },
          {
            lead: 'Betalinger.',
            text: 'Operatøren sender leverandørbetalinger og lønnsbetalinger fra regnskapssystemet til banken og melder tilbake hvordan det gikk. Lønnslinjer vises bare for dem som har fått tilgang til lønn.',
          },
          {
            lead: 'Bare bedriftskontoer.',
            text: 'Private kontoer leses ikke. Hvis banken likevel viser en privat konto, lagres ingenting av innholdet.',
          },
        ],
      },
      {
        heading: 'Fullmakten selskapet gir',
        paragraphs: ['Selskapet gir operatøren fullmakt til å'],
        points: [
          { lead: 'a)', text: 'be bankene i vedlegg A om saldo og transaksjoner på selskapets kontoer,' },
          { lead: 'b)', text: 'gi disse opplysningene videre til regnskapssystemet,' },
          {
            lead: 'c)',
            text: 'sende en betaling til banken når en person med rett til det har godkjent nettopp den betalingen.',
          },
        ],
        after:
          'Fullmakten gir ikke operatøren rett til å flytte penger på egen hånd eller til å endre selskapets avtaler med banken. Operatøren ber aldri om passord eller koder til nettbanken.',
      },
      {
        heading: 'Samtykket er personlig, bank for bank',
        paragraphs: [
          'Avtalen alene åpner ingen konto. Hver person som har rettigheter i selskapets nettbank og skal bruke tjenesten, samtykker selv hos hver bank. Et samtykke til kontoinformasjon varer i høyst 180 dager og kan fornyes. Hver betaling eller bunke av betalinger godkjennes for seg.',
          'Den som ikke har rettigheter i nettbanken, skal ikke samtykke.',
        ],
      },
      {
        heading: 'Banker og databehandlere',
        paragraphs: [
          'Vedlegg A viser bankene og hvem som behandler opplysninger på veien. Blir en bank lagt til, eller velges en annen vei til en bank, får selskapet beskjed. Kommer en ny databehandler til, ber operatøren om nytt samtykke. Ingen av delene krever ny signatur.',
        ],
      },
      {
        heading: 'Varighet og tilbaketrekking',
        paragraphs: [
          'Avtalen gjelder fra den er signert av dem som kan forplikte selskapet etter Foretaksregisteret, og signaturene er kontrollert. Selskapet kan si den opp når som helst og uten grunn. Da stanser innhenting og nye betalinger. Betalinger som banken alt har mottatt, følger bankens regler.',
          'En person kan når som helst trekke sitt eget samtykke tilbake, i tjenesten eller i nettbanken. Det endrer ikke avtalen og heller ikke de andres samtykker.',
        ],
      },
    ],
    signing: {
      heading: 'Signaturer',
      text: 'Avtalen signeres elektronisk. Signaturene ligger i dokumentet og kan kontrolleres i en PDF-leser.',
      signer: 'Signerer for selskapet',
      signature: 'Signatur',
      signedWith: 'Elektronisk, med BankID',
    },
    annex: {
      heading: 'Vedlegg A: Banker og databehandlere',
      text: 'Slik det var på datoen over. Endringer varsles etter punkt 5.',
      bank: 'Bank',
      processors: 'Opplysningene går gjennom',
      direct: 'Ingen andre: operatøren og banken alene',
      processor: 'Databehandler',
      purpose: 'Oppgave',
    },
  }
}

/** English, version 1; says the same as the bokmål text. */
export function english1({ company, operator, accountingSystem }: Names): AgreementText {
  const runner = operator ?? 'whoever runs the service Kontobro'
  const system = accountingSystem ?? 'the accounting system'
  const named = accountingSystem ? `${accountingSystem} (“the accounting system”)` : 'the accounting system'
  return {
    locale: 'en-GB',
    title: 'Bank agreement',
    subtitle: 'Agreement on account information and payments',
    labels: {
      agreementId: 'Agreement',
      date: 'Date',
      version: 'Version',
      company: 'The company',
      operator: 'The operator',
      operatorUnnamed: 'Whoever runs Kontobro',
      organisationNumber: 'Org. no.',
      page: (page, of) => `Page ${page} of ${of}`,
    },
    inShort: {
      heading: 'In short',
      lines: [
        `The company’s bank accounts are linked to ${system}. Balances and transactions are fetched automatically.`,
        'Money moves only when a person who has the right to do so approves the payment.',
        'The company signs once. Each person who is to use the bank also gives a consent of their own.',
        'The company may end the agreement at any time.',
      ],
    },
    sections: [
      {
        heading: 'The parties',
        paragraphs: [
          `This agreement is between ${company} (“the company”) and ${runner} (“the operator”). The operator links the banks to ${named}.`,
        ],
      },
      {
        heading: 'What is agreed',
        paragraphs: [],
        points: [
          {
            lead: 'Account information.',
            text: 'The operator fetches balances and transactions of the company’s business accounts and makes them available in the accounting system, so that the accounts can be reconciled.',
          },
          {
            lead: 'Payments.',
            text: 'The operator sends supplier payments and salary payments from the accounting system to the bank and reports how they went. Salary lines are shown only to those who have been given access to payroll.',
          },
          {
            lead: 'Business accounts only.',
            text: 'Private accounts are not read. If the bank shows a private account all the same, nothing of its content is stored.',
          },
        ],
      },
      {
        heading: 'The powers the company gives',
        paragraphs: ['The company authorises the operator to'],
        points: [
          {
            lead: 'a)',
            text: 'ask the banks in annex A for balances and transactions of the company’s accounts,',
          },
          { lead: 'b)', text: 'pass this information on to the accounting system,' },
          {
            lead: 'c)',
            text: 'send a payment to the bank when a person who has the right to do so has approved that very payment.',
          },
        ],
        after:
          'The operator is not authorised to move money on its own or to change the company’s agreements with the bank. The operator never asks for passwords or codes of the online bank.',
      },
      {
        heading: 'Consent is personal, bank by bank',
        paragraphs: [
          'The agreement alone opens no account. Each person who has rights in the company’s online bank and is to use the service consents in person at each bank. A consent to account information lasts for at most 180 days and can be renewed. Each payment, or basket of payments, is approved by itself.',
          'A person without rights in the online bank is not to consent.',
        ],
      },
      {
        heading: 'Banks and processors',
        paragraphs: [
          'Annex A shows the banks and who processes information on the way. When a bank is added, or another route to a bank is chosen, the company is told. When a processor is added, the operator asks for consent again. Neither calls for a new signature.',
        ],
      },
      {
        heading: 'Duration and withdrawal',
        paragraphs: [
          'The agreement applies once it is signed by those who can bind the company according to the Register of Business Enterprises and the signatures have been checked. The company may end it at any time without giving a reason. Fetching and new payments then stop. Payments that the bank has already received follow the bank’s rules.',
          'A person may withdraw their own consent at any time, in the service or in the online bank. This changes neither the agreement nor the consents of others.',
        ],
      },
    ],
    signing: {
      heading: 'Signatures',
      text: 'The agreement is signed electronically. The signatures lie in this document and can be checked in a PDF reader.',
      signer: 'Signs for the company',
      signature: 'Signature',
      signedWith: 'Electronic, with BankID',
    },
    annex: {
      heading: 'Annex A: Banks and processors',
      text: 'As of the date above. Changes are announced as section 5 says.',
      bank: 'Bank',
      processors: 'Information passes through',
      direct: 'Nobody else: the operator and the bank alone',
      processor: 'Processor',
      purpose: 'Task',
    },
  }
}
