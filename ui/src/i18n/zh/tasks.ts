import type { SameKeys } from "../words";
import type en from "../en/tasks";

const zh: SameKeys<typeof en> = {
  tasks: {
    title: "任务",
    lead: "流程交给团队处理的事。对方会按你填写的结果继续往下走。",
    states: { open: "待处理", done: "已完成", over: "已失效" },
    which: "任务范围",
    assignee: "处理人",
    anybody: "任何人",
    none: { title: "没有任务", text: "有人走到流程的“人工任务”步骤时，任务会出现在这里。" },
    what: "要做什么",
    person: "用户 {{id}}",
    due: "截止",
    outcome: "结果",
    go: "填写结果",
    note: "备注",
    save: "保存",
    cancel: "取消",
    assign: "交给",
    assignNote: "填邮箱；留空则谁都可以领取。",
    undo: "撤回",
    saved: "已保存，20 秒内可以撤回。",
  },
};

export default zh;
