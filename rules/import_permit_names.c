/* What the columns of permit sheets are called: 2018 and later, before that, and in Chinese. */
#include <string.h>

#include "import_permit.h"

/* Folded: upper case, without blanks, stars and what stands in parentheses. */
static const char *const names[PERMIT_FIELD_COUNT] = {
	[PERMIT_APPLICANT] =
		"XK_XDR_MC|XK_XDR|XK_XDRMC|行政相对人名称|行政相对人|相对人名称|申请人|申请人名称|企业名称|APPLICANT",
	[PERMIT_KIND] = "XK_XDR_LB|XK_XDRLB|行政相对人类别|相对人类别",
	[PERMIT_CREDIT_CODE] =
		"XK_XDR_SHXYM|XK_XDR_TYSHXYDM|XK_SHXYM|统一社会信用代码|行政相对人代码_1|行政相对人统一社会信用代码",
	[PERMIT_REPRESENTATIVE] =
		"XK_FRDB|XK_FDDB|XK_FR|XK_FDDBR|法定代表人|法定代表人姓名|法人代表",
	[PERMIT_DOCUMENT] = "XK_XKWS|行政许可决定文书名称|许可决定文书名称|决定文书名称",
	[PERMIT_DOCUMENT_NUMBER] =
		"XK_WSH|XK_XKWSH|行政许可决定文书号|行政许可决定书文号|许可决定文书号|决定文书号|文书号",
	[PERMIT_CATEGORY] = "XK_XKLB|XK_SPLB|许可类别|审批类别",
	[PERMIT_CERTIFICATE] = "XK_XKZS|许可证书名称|证书名称|证照名称",
	[PERMIT_NUMBER] = "XK_XKBH|XK_XKZSBH|许可编号|许可证号|许可证编号|证照编号",
	[PERMIT_CONTENT] = "XK_NR|XK_XKNR|许可内容",
	[PERMIT_DECIDED] = "XK_JDRQ|XK_XKJDRQ|许可决定日期|决定日期|许可日期",
	[PERMIT_FROM] = "XK_YXQZ|XK_YXQQ|有效期自|有效期起|有效期始",
	[PERMIT_UNTIL] = "XK_YXQZI|XK_JZQ|XK_JZRQ|有效期至|有效期止|许可截止期|截止期|许可截止日期",
	[PERMIT_AUTHORITY] = "XK_XKJG|XK_XZJG|许可机关|行政许可机关|许可机关名称",
	[PERMIT_AUTHORITY_CODE] = "XK_XKJGDM|XK_XZJGDM|许可机关统一社会信用代码|许可机关代码",
	[PERMIT_STATUS] = "XK_ZT|当前状态|状态|许可状态",
	[PERMIT_REMARK] = "BZ|XK_BZ|备注",
	[PERMIT_ITEM_CODE] =
		"XK_SXBM|XK_XKSXDM|XK_SXDM|事项编码|事项代码|基本编码|实施编码|业务办理项编码|许可事项编码|ITEM",
	[PERMIT_ITEM_NAME] = "XK_SXMC|XK_XKSX|事项名称|许可事项|许可事项名称|行政许可事项",
	[PERMIT_PROJECT] = "XK_XMMC|项目名称|许可项目名称",
	[PERMIT_REGION] =
		"DFBM|XK_DFBM|XK_QHDM|地方编码|行政区划|行政区划代码|区划代码|REGION|REGIONID",
	[PERMIT_CASE] = "XK_BJBH|XK_BJBM|办件编号|办件编码|业务编号|申报号|PROJID|CASE",
	[PERMIT_VERSION] = "DATAVERSION|XK_BBH|数据版本|版本号|VERSION",
	[PERMIT_ADDRESS] = "XK_XDR_DZ|经营场所|地址|住所|经营地址",
	[PERMIT_PHONE] = "XK_XDR_DH|联系电话|电话|手机|联系手机",
	[PERMIT_SCOPE] = "XK_JYFW|经营范围",
	[PERMIT_PRIVATE] =
		"XK_FR_SFZH|XK_FR_ZJHM|XK_XDR_ZJHM|XK_XDR_SFZ|XK_XDR_SFZH|XK_FR_ZJLX|XK_XDR_ZJLX|法定代表人证件号码"
		"|法定代表人证件类型|证件号码|证件类型|身份证号|身份证号码|居民身份证号|自然人身份证号",
};
/* Names that the sheet before 2018 alone has. */
static const char *const old_names[] = {"XK_XDR|XK_XMMC|XK_SPLB|XK_JZQ|XK_XZJG|XK_FR"};

int permit_field_find(struct arena *arena, const char *heading)
{
	return import_name_find(names, PERMIT_FIELD_COUNT, import_fold(arena, heading));
}

bool permit_heading_is_old(const char *heading)
{
	return import_name_find(old_names, 1, heading) == 0;
}

static bool is_blank(const char *s)
{
	return !s || !s[strspn(s, " \t\r\n")];
}

static bool has_extra(const struct permit_row *r, const char *heading)
{
	int i;

	for (i = 0; i < r->extra_count; i++) {
		if (strcmp(r->extra_name[i], heading) == 0)
			return true;
	}
	return false;
}

void permit_row_put(struct permit_row *r, int field, const char *heading, const char *value)
{
	if (field >= 0 && !r->value[field])
		r->heading[field] = heading;
	if (is_blank(value))
		return;
	/* Sheets that carry a column under both names: the first that says something stands. */
	if (field >= 0 && !r->value[field]) {
		r->value[field] = value;
	} else if (field < 0 && r->extra_count < PERMIT_EXTRA_MAX && !is_blank(heading) &&
		   !has_extra(r, heading)) {
		r->extra_name[r->extra_count] = heading;
		r->extra[r->extra_count++] = value;
	}
}
