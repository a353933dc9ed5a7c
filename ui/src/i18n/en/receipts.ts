export default {
  mailbox: {
    read: "Mailbox read",
    never: "The mailbox was not read to its end yet.",
    found: "Reports taken: {{reports}}. Answers that became conversations: {{replies}}. Other mails, left as they are: {{others}}.",
    reasons: {
      refused: "The mailbox cannot be read: its server is not public. The operator can allow it.",
      unknown_host: "The mailbox cannot be read: there is no such server.",
      tls: "The mailbox cannot be read: the certificate of its server is not valid.",
      unreachable: "The mailbox cannot be read: its server cannot be reached.",
      timeout: "The mailbox cannot be read: its server does not answer in time.",
      login: "The mailbox cannot be read: user or password are not accepted.",
      folder: "The mailbox cannot be read: this folder cannot be opened.",
      answer: "The mailbox cannot be read: its server broke off or gave an answer that cannot be read.",
    },
  },
  deliveryReceipts: {
    address: "Address for delivery receipts",
    addressNote: "Enter it at the provider. Whoever knows it can tell what became of your messages, so keep it secret.",
  },
};
