package reach

// identityTable is what IAM, STS and Identity Center themselves give.
// https://pathfinding.cloud, https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
func identityTable() []Technique {
	into := on(Target, "iam:UpdateAssumeRolePolicy", "sts:AssumeRole")
	password := on(Target, "iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile")
	return []Technique{
		{ID: "sts.assume-role", Refs: refs("STS", "001", "002", "003"), Gain: Impersonate, Kind: Role, Needs: all(on(Target, "sts:AssumeRole"))},
		{ID: "iam.create-access-key", Refs: refs("IAM", "002", "003"), Gain: Impersonate, Kind: User, Needs: all(on(Target, "iam:CreateAccessKey"))},
		{ID: "iam.login-profile", Refs: refs("IAM", "004", "006"), Gain: Impersonate, Kind: User, Needs: all(on(Target, "iam:CreateLoginProfile", "iam:UpdateLoginProfile"))},
		{ID: "iam.service-credential", Gain: Impersonate, Kind: User, Needs: all(on(Target, "iam:CreateServiceSpecificCredential")),
			Maybe: "such a credential is good for some services only"},
		{ID: "iam.update-trust", Refs: refs("IAM", "012"), Gain: Impersonate, Kind: Role, Needs: all(on(Target, "iam:UpdateAssumeRolePolicy"))},
		{ID: "iam.saml-provider", Gain: Federate, Kind: Role, To: "saml-provider/", Needs: all(fresh("iam:saml-provider/", "iam:UpdateSAMLProvider"))},
		{ID: "iam.oidc-provider", Gain: Federate, Kind: Role, To: "oidc-provider/", Maybe: "the provider's tokens have to be forged",
			Needs: all(fresh("iam:oidc-provider/", "iam:UpdateOpenIDConnectProviderThumbprint", "iam:AddClientIDToOpenIDConnectProvider"))},
		{ID: "iam.attach-role+trust", Refs: refs("IAM", "014", "017", "019", "021"), Gain: Elevate, Kind: Role,
			Needs: all(on(Target, "iam:AttachRolePolicy", "iam:PutRolePolicy"), into)},
		{ID: "iam.policy-version+trust", Refs: refs("IAM", "016", "020"), Gain: Elevate, Kind: Role, Needs: all(on(OwnPolicy, "iam:CreatePolicyVersion"), into)},
		{ID: "iam.attach-user+key", Refs: refs("IAM", "015", "018"), Gain: Elevate, Kind: User, Needs: all(on(Target, "iam:AttachUserPolicy", "iam:PutUserPolicy"), password)},
		{ID: "iam.put-own-role-policy", Refs: refs("IAM", "005"), Gain: Escalate, Kind: Role, Needs: all(on(Self, "iam:PutRolePolicy"))},
		{ID: "iam.put-own-user-policy", Refs: refs("IAM", "007"), Gain: Escalate, Kind: User, Needs: all(on(Self, "iam:PutUserPolicy"))},
		{ID: "iam.attach-own-role-policy", Refs: refs("IAM", "009"), Gain: Escalate, Kind: Role, Needs: all(on(Self, "iam:AttachRolePolicy"))},
		{ID: "iam.attach-own-user-policy", Refs: refs("IAM", "008"), Gain: Escalate, Kind: User, Needs: all(on(Self, "iam:AttachUserPolicy"))},
		{ID: "iam.own-policy-version", Refs: refs("IAM", "001"), Gain: Escalate, Needs: all(on(OwnPolicy, "iam:CreatePolicyVersion"))},
		{ID: "iam.default-version", Refs: refs("IAM", "001"), Gain: Revert, Needs: all(on(OwnPolicy, "iam:SetDefaultPolicyVersion"))},
		{ID: "iam.own-group-policy", Refs: refs("IAM", "010", "011"), Gain: Escalate, Kind: User, Needs: all(on(OwnGroup, "iam:AttachGroupPolicy", "iam:PutGroupPolicy"))},
		{ID: "iam.join-group", Refs: refs("IAM", "013"), Gain: Join, Kind: User, Needs: all(on(AnyGroup, "iam:AddUserToGroup"))},
		{ID: "iam.own-user-boundary", Refs: refs("IAM", "022"), Gain: Unbound, Kind: User, Needs: all(on(Self, "iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary"))},
		{ID: "iam.own-role-boundary", Refs: refs("IAM", "023"), Gain: Unbound, Kind: Role, Needs: all(on(Self, "iam:DeleteRolePermissionsBoundary", "iam:PutRolePermissionsBoundary"))},
		{ID: "iam.new-admin-user", Gain: Create, Needs: all(fresh("iam:user/", "iam:CreateUser"),
			fresh("iam:user/", "iam:AttachUserPolicy", "iam:PutUserPolicy"), fresh("iam:user/", "iam:CreateAccessKey", "iam:CreateLoginProfile"))},
		{ID: "iam.new-admin-role", Gain: Create, Needs: all(fresh("iam:role/", "iam:CreateRole"), fresh("iam:role/", "iam:AttachRolePolicy", "iam:PutRolePolicy"))},
		{ID: "sso.permission-set", Refs: refs("SSO", "001", "002", "003"), Gain: Create, Center: true, Maybe: "whether Identity Center is in this account, and what it assigns",
			Needs: all(fresh("", "sso:AttachManagedPolicyToPermissionSet", "sso:PutInlinePolicyToPermissionSet", "sso:CreatePermissionSet"))},
	}
}
