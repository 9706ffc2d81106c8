package reach

import "testing"

// Each story begins with a principal called start, and says whether it becomes administrator, and how.
func TestWays(t *testing.T) {
	start, boss := userARN("start"), roleARN("admin")
	const anywhere = "*"
	mfa := `{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`
	for _, c := range []struct {
		name string
		tell func(*story)
		want string
	}{
		{"an administrator is not on the way", func(s *story) { s.user("start", allow("*", anywhere)) }, "no"},
		{"a reader goes nowhere", func(s *story) { s.administrator(root(account)); s.user("start", allow("s3:Get*", anywhere)) }, "no"},
		{"assumes by account", func(s *story) { s.administrator(root(account)); s.user("start", allow("sts:AssumeRole", boss)) }, "sure sts.assume-role"},
		{"assumes where the trust names it, without a right", func(s *story) { s.administrator(trusting(`{"AWS":"` + start + `"}`)); s.user("start") }, "sure sts.assume-role"},
		{"the account's trust alone is not enough", func(s *story) { s.administrator(root(account)); s.user("start") }, "no"},
		{"a right alone is not enough", func(s *story) { s.administrator(root(other)); s.user("start", allow("sts:AssumeRole", anywhere)) }, "no"},
		{"with MFA", func(s *story) {
			s.administrator(trusting(`{"AWS":"arn:aws:iam::`+account+`:root"}`, mfa))
			s.user("start", allow("sts:AssumeRole", anywhere))
		}, "possible sts.assume-role"},
		{"with a session name that is asked for", func(s *story) {
			s.administrator(trusting(`{"AWS":"arn:aws:iam::`+account+`:root"}`, `{"StringLike":{"sts:RoleSessionName":"ops-*"}}`))
			s.user("start", allow("sts:AssumeRole", anywhere))
		}, "sure sts.assume-role"},
		{"under a name that the trust asks for", func(s *story) {
			s.administrator(trusting(`{"AWS":"arn:aws:iam::`+account+`:root"}`, `{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/st*"}}`))
			s.user("start", allow("sts:AssumeRole", anywhere))
		}, "sure sts.assume-role"},
		{"under another name than the trust asks for", func(s *story) {
			s.administrator(trusting(`{"AWS":"arn:aws:iam::`+account+`:root"}`, `{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/boss"}}`))
			s.user("start", allow("sts:AssumeRole", anywhere))
		}, "no"},
		{"a deny of its own", func(s *story) {
			s.administrator(trusting(`{"AWS":"` + start + `"}`))
			s.user("start", deny("sts:*", anywhere))
		}, "no"},
		{"a key for a user", func(s *story) {
			s.user("admin", allow("*", anywhere))
			s.user("start", allow("iam:CreateAccessKey", userARN("*")))
		}, "sure iam.create-access-key"},
		{"the trust rewritten", func(s *story) {
			s.administrator(service(ec2))
			s.user("start", allow("iam:UpdateAssumeRolePolicy", boss))
		}, "sure iam.update-trust"},
		{"its own policy", func(s *story) { s.user("start", allow("iam:PutUserPolicy", userARN("${aws:username}"))) }, "sure iam.put-own-user-policy"},
		{"its own policy, bounded", func(s *story) {
			s.user("start", allow("iam:PutUserPolicy", userARN("start"))).Boundary = s.policy(policy(allow("s3:*,iam:Put*", anywhere)))
		}, "no"},
		{"its own policy, bounded, and then to an administrator", func(s *story) {
			s.administrator(root(account))
			s.user("start", allow("iam:PutUserPolicy", userARN("start"))).Boundary = s.policy(policy(allow("sts:*,iam:Put*", anywhere)))
		}, "sure iam.put-own-user-policy sts.assume-role"},
		{"its own boundary", func(s *story) {
			s.user("start", allow("*", anywhere)).Boundary = s.policy(policy(allow("iam:DeleteUserPermissionsBoundary", anywhere)))
		}, "sure iam.own-user-boundary"},
		{"a boundary that is gone", func(s *story) { s.user("start", allow("*", anywhere)).Boundary = Gone }, "no"},
		{"a role's policy and its trust", func(s *story) {
			s.role("weak", service(ec2))
			s.user("start", allow("iam:AttachRolePolicy,iam:UpdateAssumeRolePolicy", roleARN("weak")))
		}, "sure iam.attach-role+trust"},
		{"a role's policy, but one that gives little", func(s *story) {
			s.role("weak", service(ec2))
			s.user("start", allow("iam:AttachRolePolicy", roleARN("weak"), `{"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::aws:policy/ReadOnlyAccess"}}`), allow("iam:UpdateAssumeRolePolicy", roleARN("weak")))
		}, "no"},
		{"a user made, but only with a boundary", func(s *story) {
			limit := "arn:aws:iam::" + account + ":policy/limit"
			s.Accounts[0].Policies = []Managed{{ARN: limit, Text: s.policy(policy(allow("s3:*", anywhere)))}}
			s.user("start", allow("iam:CreateUser,iam:AttachUserPolicy", anywhere, `{"StringEquals":{"iam:PermissionsBoundary":"`+limit+`"}}`), allow("iam:CreateAccessKey", anywhere))
		}, "no"},
		{"a user made, with a boundary that lets it go on", func(s *story) {
			limit := "arn:aws:iam::" + account + ":policy/limit"
			s.administrator(root(account))
			s.Accounts[0].Policies = []Managed{{ARN: limit, Text: s.policy(policy(allow("sts:*", anywhere)))}}
			s.user("start", allow("iam:CreateUser,iam:AttachUserPolicy", anywhere, `{"StringEquals":{"iam:PermissionsBoundary":"`+limit+`"}}`), allow("iam:CreateAccessKey", anywhere))
		}, "sure iam.new-admin-user sts.assume-role"},
		{"a group joined", func(s *story) {
			group := "arn:aws:iam::" + account + ":group/admins"
			s.Accounts[0].Groups = []Group{{ARN: group, Texts: []int{s.policy(allowAll)}}}
			s.user("start", allow("iam:AddUserToGroup", group))
		}, "sure iam.join-group"},
		{"an older version", func(s *story) {
			arn := "arn:aws:iam::" + account + ":policy/app"
			now := s.policy(policy(allow("iam:SetDefaultPolicyVersion", anywhere)))
			s.Accounts[0].Policies = []Managed{{ARN: arn, Text: now, Earlier: []int{s.policy(allowAll)}}}
			p := s.user("start")
			p.Texts, p.Managed = []int{now}, []string{arn}
		}, "sure iam.default-version"},
		{"passes a role to a function", func(s *story) {
			s.administrator(service(lambda))
			s.user("start", allow("iam:PassRole", boss, `{"StringEquals":{"iam:PassedToService":"lambda.amazonaws.com"}}`), allow("lambda:CreateFunction,lambda:InvokeFunction", anywhere))
		}, "sure lambda.new-function"},
		{"passes it to another service than it may", func(s *story) {
			s.administrator(service(lambda))
			s.user("start", allow("iam:PassRole", boss, `{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}`), allow("lambda:Create*,lambda:Invoke*", anywhere))
		}, "no"},
		{"in a region that the guardrail leaves", func(s *story) {
			s.Accounts[0].Services = [][]int{{s.policy(policy(allow("*", anywhere), deny("lambda:*", anywhere, `{"StringNotEquals":{"aws:RequestedRegion":"eu-west-1"}}`)))}}
			s.administrator(service(lambda))
			s.user("start", allow("iam:PassRole,lambda:*", anywhere))
		}, "sure lambda.new-function"},
		{"a guardrail against it", func(s *story) {
			s.Accounts[0].Services = [][]int{{s.policy(policy(allow("*", anywhere), deny("iam:PassRole,iam:Create*,iam:Put*", anywhere)))}}
			s.role("ops", service(lambda), allow("*", anywhere))
			s.user("start", allow("iam:PassRole,lambda:*", anywhere))
		}, "no"},
		{"a function's code", func(s *story) {
			s.administrator(service(lambda))
			s.Compute = []Compute{{ARN: "arn:aws:lambda:eu-west-1:" + account + ":function:f", Kind: Function, Role: boss}}
			s.user("start", allow("lambda:UpdateFunctionCode", "arn:aws:lambda:*:*:function:f"))
		}, "sure lambda.code"},
		{"a function that was not listed", func(s *story) {
			s.administrator(service(lambda))
			s.user("start", allow("lambda:UpdateFunctionCode", "arn:aws:lambda:*:*:function:f"))
		}, "possible lambda.code"},
		{"a function that is not there", func(s *story) {
			s.administrator(service(lambda))
			s.Accounts[0].Listed["function"] = true
			s.user("start", allow("lambda:UpdateFunctionCode", "arn:aws:lambda:*:*:function:f"))
		}, "no"},
		{"an instance by tag", func(s *story) {
			s.administrator(service(ec2))
			s.Accounts[0].Listed["instance"] = true
			s.Compute = []Compute{{ARN: "arn:aws:ec2:eu-west-1:" + account + ":instance/i-1", Kind: Instance, Role: boss, Tags: map[string]string{"team": "web"}}}
			s.user("start", allow("ssm:StartSession", anywhere, `{"StringEquals":{"ssm:resourceTag/team":"${aws:PrincipalTag/team}"}}`)).Tags = map[string]string{"team": "web"}
		}, "sure ssm.session"},
		{"an instance of another team", func(s *story) {
			s.administrator(service(ec2))
			s.Accounts[0].Listed["instance"] = true
			s.Compute = []Compute{{ARN: "arn:aws:ec2:eu-west-1:" + account + ":instance/i-1", Kind: Instance, Role: boss, Tags: map[string]string{"team": "bank"}}}
			s.user("start", allow("ssm:StartSession", anywhere, `{"StringEquals":{"ssm:resourceTag/team":"${aws:PrincipalTag/team}"}}`)).Tags = map[string]string{"team": "web"}
		}, "no"},
		{"a policy that can't be read", func(s *story) {
			s.user("admin", allow("*", anywhere))
			s.user("start").Texts = []int{s.policy(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*Key","Resource":"*","Condition":{"BinaryEquals":{"k":"QmluYXJ5"}}}]}`)}
		}, "possible iam.create-access-key"},
		{"a policy that can't be read, of something else", func(s *story) {
			s.user("start").Texts = []int{s.policy(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"BinaryEquals":{"k":"QmluYXJ5"}}}]}`)}
		}, "no"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStory(t)
			c.tell(s)
			if got := s.outcome(start); got != c.want {
				t.Errorf("want %s, got %s", c.want, got)
			}
		})
	}
}
