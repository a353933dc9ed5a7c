export default {
  mailbox: {
    read: "邮箱读取于",
    never: "邮箱尚未读完过。",
    found: "已处理 {{reports}} 份报告，{{replies}} 封回信进入会话，其他 {{others}} 封邮件原样保留。",
    reasons: {
      refused: "邮箱无法读取：服务器不在公网，可由运维放行。",
      unknown_host: "邮箱无法读取：没有这个服务器。",
      tls: "邮箱无法读取：服务器证书无效。",
      unreachable: "邮箱无法读取：无法连接服务器。",
      timeout: "邮箱无法读取：服务器未及时应答。",
      login: "邮箱无法读取：用户名或密码不正确。",
      folder: "邮箱无法读取：无法打开该文件夹。",
      answer: "邮箱无法读取：服务器中断，或应答无法识别。",
    },
  },
  deliveryReceipts: {
    address: "短信回执地址",
    addressNote: "填到服务商的后台。知道它的人可以上报消息结果，请保密。",
  },
};
