"""How do people find a course, learn, enrol, keep learning, and recommend it?"""

from typing import Final

from uems.journeys.map.templates._model import CAMPAIGN, INVITE, REVIEW, SHARE, SIGN_IN, VISIT, Template, point, stages

EDUCATION: Final = Template(
    key="education",
    label_zh="在线教育",
    label_en="Education",
    text_zh="从了解课程、试听、报名到坚持学习与推荐。",
    text_en="From a course page and a trial lesson to enrolment, keeping at it, and recommending it.",
    stages=stages(
        (
            CAMPAIGN,
            VISIT,
            point(
                "course",
                "查看课程",
                "Course page",
                "view",
                pattern=r"\b(course|class)\b.*\bview"
                r"|课程(详情|浏览)|(浏览|查看)课程",
            ),
        ),
        (
            point("signup", "注册", "Sign-up", "signup"),
            point(
                "lesson_start",
                "开始上课",
                "Lesson started",
                pattern=r"\b(lesson|lecture|class|video|chapter)\b.*\b(start|play|open)"
                r"|(开始|进入)(上课|学习|听课)|试听",
            ),
            point(
                "lesson_end",
                "完成一课",
                "Lesson completed",
                pattern=r"\b(lesson|lecture|class|video|chapter)\b.*\b(complet|finish)"
                r"|完成(学习|课程|一课|课时)|学完",
            ),
        ),
        (
            point("checkout", "提交报名", "Checkout", "checkout"),
            point(
                "enrolment",
                "报名",
                "Enrolment",
                "purchase",
                pattern=r"\benrol"
                r"|报名成功|完成报名",
            ),
        ),
        (
            SIGN_IN,
            point(
                "homework",
                "作业与测验",
                "Homework and quizzes",
                pattern=r"\b(homework|assignment|quiz|exam|exercise)\b"
                r"|作业|测验|考试|练习",
            ),
            point(
                "check_in",
                "打卡",
                "Check-in",
                pattern=r"\bcheck(ed)? ?in\b"
                r"|打卡|签到",
            ),
        ),
        (REVIEW, SHARE, INVITE),
    ),
)
