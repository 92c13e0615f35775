"""What the papers of the county say: a table of kinds with titles, lines and the values that reading would have found on them.

Codes of kinds are keys of `config/kinds`. How often a kind comes up is `weight`; a weight of nothing means that it only comes with a case.
Filling a form in is `writing`.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Form:
    """One kind of paper; `fields` are names of values that stand on it."""

    kind: str
    weight: float
    title: str
    lines: tuple[str, ...]
    fields: tuple[str, ...] = ("name", "student_no", "issued_on")


FORMS = (
    Form(
        "hukou_page",
        14,
        "常住人口登记卡",
        (
            "姓名 {name} 户主或与户主关系 子女",
            "性别 {sex} 民族 {ethnicity}",
            "出生地 {birthplace} 出生日期 {birth}",
            "公民身份号码 {id_no}",
            "住址 {address}",
            "户号 {household_no} 户主姓名 {father}",
            "承办人签章 {official} 登记日期 {issued}",
        ),
        ("name", "sex", "birth_on", "id_no", "address"),
    ),
    Form(
        "info_collection_form",
        10,
        "学生基础信息采集表",
        (
            "学校 {school} 班级 {grade}{class_name}",
            "姓名 {name} 性别 {sex} 民族 {ethnicity} 出生日期 {birth}",
            "身份证件号 {id_no}",
            "家庭住址 {address}",
            "监护人姓名 {father} 与学生关系 父亲 联系电话 {phone}",
            "监护人姓名 {mother} 与学生关系 母亲 工作单位 {work}",
            "家长签字 {father} 填表日期 {issued}",
        ),
        ("name", "sex", "birth_on", "id_no", "phone"),
    ),
    Form(
        "registry_certificate",
        9,
        "学籍证明",
        (
            "兹证明{name}，{sex}，身份证号{id_no}，系我校{grade}{class_name}学生",
            "学籍号：{student_no}",
            "入学时间：{entered}，现在校就读，学籍状态正常。",
            "特此证明。",
            "{school}",
            "{issued}",
        ),
        ("name", "id_no", "student_no", "issued_on"),
    ),
    Form(
        "residence_proof",
        7,
        "居住证明",
        (
            "兹有居民{father}，现住{address}，自{entered}起在此居住。",
            "其子女{name}，身份证号{id_no}，随其共同居住。",
            "情况属实，特此证明。",
            "居民委员会（盖章） 经办人 {official} 联系电话 {phone}",
            "{issued}",
        ),
        ("name", "id_no", "address", "issued_on"),
    ),
    Form(
        "diagnosis_certificate",
        4,
        "疾病诊断证明书",
        (
            "姓名 {name} 性别 {sex} 出生日期 {birth}",
            "身份证号 {id_no} 科别 儿科",
            "临床诊断 {illness}",
            "处理意见：建议休息{months}个月，{detail}，{detail2}。",
            "医师 {official}",
            "{hospital}（诊断证明专用章） {issued}",
        ),
        ("name", "id_no", "hospital", "diagnosis", "issued_on"),
    ),
    Form(
        "treatment_receipt",
        3,
        "医疗门诊收费票据",
        (
            "交款人 {name} 开票日期 {issued}",
            "诊察费 西药费 化验费 检查费",
            "合计人民币 {money} 元 医保统筹支付 {money2} 元",
            "收款单位（章） {hospital} 收款人 {official}",
        ),
        ("name", "hospital", "issued_on"),
    ),
    Form(
        "fitness_report",
        6,
        "国家学生体质健康标准登记表",
        (
            "学校 {school} 班级 {grade}{class_name}",
            "姓名 {name} 学籍号 {student_no}",
            "身高 {tall} 体重 {heavy} 肺活量 {lung} 五十米跑 {run}",
            "视力 左 {eye} 右 {eye2} 等级 良好",
            "体育教师签字 {official} {issued}",
        ),
        ("name", "student_no", "issued_on"),
    ),
    Form(
        "written_application",
        8,
        "申请书",
        (
            "{school}：",
            "我是贵校{grade}{class_name}学生{name}的父亲{father}，因{reason}，特向学校提出申请，恳请批准。",
            "学生身份证号：{id_no}",
            "联系电话：{phone}",
            "此致 敬礼",
            "申请人：{father} {issued}",
        ),
        ("name", "id_no", "guardian_name", "issued_on"),
    ),
    Form(
        "award_certificate",
        9,
        "荣誉证书",
        (
            "{name}同学：",
            "在{year}学年度被评为{honour}，特发此证，以资鼓励。",
            "{school} {issued}",
        ),
        ("name", "issued_on"),
    ),
    Form(
        "exam_record",
        10,
        "学业水平考试成绩单",
        (
            "学校 {school} 年级 {grade} 班级 {class_name}",
            "姓名 {name} 学籍号 {student_no}",
            "{subject} {mark} {subject2} {mark2} {subject3} {mark3}",
            "教务处（章） {issued}",
        ),
        ("name", "student_no", "issued_on"),
    ),
    Form(
        "quality_report",
        9,
        "学生综合素质评价报告",
        (
            "姓名 {name} 性别 {sex} 学籍号 {student_no}",
            "{year}学年 {school} {grade}{class_name}",
            "思想品德 优秀 学业水平 良好 身心健康 良好 艺术素养 合格",
            "获得荣誉 {honour} 班主任评语 {visit}，{visit2}",
            "班主任签字 {official} {issued}",
        ),
        ("name", "student_no", "issued_on"),
    ),
    Form(
        "home_visit_record",
        6,
        "家访记录",
        (
            "学生姓名 {name} 班级 {grade}{class_name} 家访日期 {issued}",
            "家庭住址 {address} 家长 {mother} 电话 {phone}",
            "家访情况 {visit}，{visit2}。",
            "教师签字 {official} 家长签字 {mother}",
        ),
        ("name", "phone", "issued_on"),
    ),
    Form(
        "aid_application",
        5,
        "家庭经济困难学生资助申请表",
        (
            "学校 {school} 姓名 {name} 身份证号 {id_no}",
            "家庭人口 {people} 家庭年收入 {money} 元 住址 {address}",
            "申请理由 {reason}，{visit}。",
            "监护人 {father} 联系电话 {phone} 申请日期 {issued}",
        ),
        ("name", "id_no", "issued_on"),
    ),
    Form(
        "transfer_application",
        0,
        "转学申请表",
        (
            "姓名 {name} 性别 {sex} 学籍号 {student_no}",
            "身份证号 {id_no} 年级 {grade}",
            "转学原因 {reason} 转入学校 {school}",
            "监护人 {father} 联系电话 {phone}",
            "家长签字 {father} 申请日期 {issued}",
        ),
        ("name", "id_no", "student_no", "reason", "issued_on"),
    ),
)
BY_KIND = {form.kind: form for form in FORMS}
WEIGHTS = {form.kind: form.weight for form in FORMS if form.weight}
