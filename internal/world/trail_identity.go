package world

import "strconv"

// identity is the record's userIdentity.
func (c *call) identity() fields {
	p := c.by
	id := fields{"principalId": p.id, "arn": p.arn, "accountId": p.account}
	if p.key != "" {
		id["accessKeyId"] = p.key
	}
	if p.user != "" {
		id["type"], id["userName"] = "IAMUser", p.user
	}
	if p.service != "" {
		id["invokedBy"] = p.service
	}
	if p.session == nil {
		return id
	}
	context := fields{"attributes": fields{
		"creationDate": stamp(p.session.Created), "mfaAuthenticated": strconv.FormatBool(p.session.MFA),
	}}
	if p.role != nil {
		id["type"] = "AssumedRole"
		context["sessionIssuer"] = fields{
			"type": "Role", "principalId": p.role.ID, "arn": p.role.ARN, "accountId": p.account, "userName": p.role.Name,
		}
	}
	if p.session.SourceIdentity != "" {
		context["sourceIdentity"] = p.session.SourceIdentity
	}
	id["sessionContext"] = context
	return id
}
