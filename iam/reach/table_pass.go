package reach

// Services that several techniques pass a role to.
const (
	ec2    = "ec2.amazonaws.com"
	lambda = "lambda.amazonaws.com"
	tasks  = "ecs-tasks.amazonaws.com"
)

// passTable is what iam:PassRole gives: a role that trusts a service, by something new of that service.
func passTable() []Technique {
	role := on(Passed, "iam:PassRole")
	to := func(id, service string, refs []string, needs ...[]Ask) Technique {
		return Technique{ID: id, Refs: refs, Gain: Pass, Kind: Role, To: service, Needs: append([][]Ask{role}, needs...)}
	}
	launch := fresh("ec2:instance/", "ec2:RunInstances", "ec2:RequestSpotInstances", "ec2:CreateFleet")
	inside := fresh("ec2:instance/", "ssm:StartSession", "ssm:SendCommand", "ec2-instance-connect:SendSSHPublicKey")
	bare := to("ec2.new-instance+profile", ec2, nil, fresh("iam:instance-profile/", "iam:CreateInstanceProfile"), fresh("iam:instance-profile/", "iam:AddRoleToInstanceProfile"), launch)
	bare.Bare = true
	pods := to("eks.pod-identity", "pods.eks.amazonaws.com", nil, fresh("eks:cluster/", "eks:CreatePodIdentityAssociation", "eks:UpdatePodIdentityAssociation"))
	pods.Maybe = "something has to be run inside the cluster"
	return append([]Technique{
		to("ec2.new-instance", ec2, refs("EC2", "001", "003"), launch), bare,
		to("ec2.new-profile", ec2, nil, fresh("ec2:instance/", "ec2:AssociateIamInstanceProfile", "ec2:ReplaceIamInstanceProfileAssociation"), inside),
		to("autoscaling.new-group", ec2, nil, fresh("autoscaling:launchConfiguration:", "autoscaling:CreateLaunchConfiguration"),
			fresh("autoscaling:autoScalingGroup:", "autoscaling:CreateAutoScalingGroup", "autoscaling:UpdateAutoScalingGroup")),
		to("lambda.new-function", lambda, refs("LAMBDA", "001", "002", "006"), fresh("lambda:function:", "lambda:CreateFunction"),
			either(fresh("lambda:function:", "lambda:InvokeFunction", "lambda:AddPermission", "lambda:CreateFunctionUrlConfig"),
				fresh("", "lambda:CreateEventSourceMapping"), fresh("events:rule/", "events:PutTargets"))),
		to("lambda.other-role", lambda, nil, fresh("lambda:function:", "lambda:UpdateFunctionConfiguration"), fresh("lambda:function:", "lambda:UpdateFunctionCode", "lambda:InvokeFunction")),
		to("ecs.new-task", tasks, refs("ECS", "001", "002", "003", "004", "005", "009"),
			either(fresh("ecs:task-definition/", "ecs:RunTask", "ecs:StartTask"), fresh("ecs:service/", "ecs:CreateService", "ecs:UpdateService"))),
		to("batch.new-job", tasks, refs("BATCH", "001"), fresh("batch:job-definition/", "batch:RegisterJobDefinition"), fresh("batch:job-definition/", "batch:SubmitJob")),
		pods,
		to("codebuild.new-project", "codebuild.amazonaws.com", refs("CODEBUILD", "001", "004"),
			fresh("codebuild:project/", "codebuild:CreateProject", "codebuild:UpdateProject"), fresh("codebuild:project/", "codebuild:StartBuild", "codebuild:StartBuildBatch")),
		to("cloudformation.new-stack", "cloudformation.amazonaws.com", refs("CLOUDFORMATION", "001"),
			fresh("cloudformation:stack/", "cloudformation:CreateStack", "cloudformation:UpdateStack", "cloudformation:CreateChangeSet")),
		to("cloudformation.stack-set", "cloudformation.amazonaws.com", refs("CLOUDFORMATION", "003"),
			fresh("cloudformation:stackset/", "cloudformation:CreateStackSet"), fresh("cloudformation:stackset/", "cloudformation:CreateStackInstances")),
		to("glue.new-endpoint", "glue.amazonaws.com", refs("GLUE", "001"), fresh("glue:devEndpoint/", "glue:CreateDevEndpoint")),
		to("glue.new-session", "glue.amazonaws.com", refs("GLUE", "007"), fresh("glue:session/", "glue:CreateSession"), fresh("glue:session/", "glue:RunStatement")),
		to("glue.new-job", "glue.amazonaws.com", refs("GLUE", "003", "004", "005", "006"), fresh("glue:job/", "glue:CreateJob", "glue:UpdateJob"),
			either(fresh("glue:job/", "glue:StartJobRun"), fresh("glue:trigger/", "glue:CreateTrigger"))),
		to("sagemaker.new", "sagemaker.amazonaws.com", refs("SAGEMAKER", "001", "002", "003"), either(fresh("sagemaker:notebook-instance/", "sagemaker:CreateNotebookInstance"),
			fresh("sagemaker:training-job/", "sagemaker:CreateTrainingJob"), fresh("sagemaker:processing-job/", "sagemaker:CreateProcessingJob"))),
		to("ssm.automation", "ssm.amazonaws.com", refs("SSM", "003"), fresh("ssm:automation-definition/", "ssm:StartAutomationExecution")),
	}, furtherServices(to)...)
}

// furtherServices are passed a role in one way each.
func furtherServices(to func(id, service string, refs []string, needs ...[]Ask) Technique) []Technique {
	return []Technique{
		to("apprunner.new", "tasks.apprunner.amazonaws.com", refs("APPRUNNER", "001"), fresh("apprunner:service/", "apprunner:CreateService")),
		to("bedrock.new-interpreter", "bedrock-agentcore.amazonaws.com", refs("BEDROCK", "001"), fresh("", "bedrock-agentcore:CreateCodeInterpreter"),
			fresh("bedrock-agentcore:code-interpreter-custom/", "bedrock-agentcore:StartCodeInterpreterSession"), fresh("bedrock-agentcore:code-interpreter-custom/", "bedrock-agentcore:InvokeCodeInterpreter")),
		to("states.new", "states.amazonaws.com", refs("STEPFUNCTIONS", "001"), fresh("states:stateMachine:", "states:CreateStateMachine"), fresh("states:stateMachine:", "states:StartExecution")),
		to("scheduler.new", "scheduler.amazonaws.com", refs("SCHEDULER", "001"), fresh("scheduler:schedule/", "scheduler:CreateSchedule", "scheduler:UpdateSchedule")),
		to("cognito.pool-roles", "cognito-identity.amazonaws.com", refs("COGNITOIDENTITY", "001"), fresh("cognito-identity:identitypool/", "cognito-identity:SetIdentityPoolRoles")),
		to("datapipeline.new", "datapipeline.amazonaws.com", refs("DATAPIPELINE", "001"), fresh("", "datapipeline:CreatePipeline"),
			fresh("datapipeline:pipeline/", "datapipeline:PutPipelineDefinition"), fresh("datapipeline:pipeline/", "datapipeline:ActivatePipeline")),
		to("emr.new-cluster", ec2, refs("EMR", "001"), fresh("", "elasticmapreduce:RunJobFlow")),
		to("emr-serverless.new", "emr-serverless.amazonaws.com", refs("EMRSERVERLESS", "001"), fresh("", "emr-serverless:CreateApplication"), fresh("emr-serverless:/applications/", "emr-serverless:StartJobRun")),
		to("gamelift.new-fleet", "gamelift.amazonaws.com", refs("GAMELIFT", "001"), fresh("", "gamelift:CreateBuild"), fresh("", "gamelift:CreateFleet")),
		to("imagebuilder.new-image", ec2, refs("IMAGEBUILDER", "001"), fresh("imagebuilder:component/", "imagebuilder:CreateComponent"), fresh("imagebuilder:image/", "imagebuilder:CreateImage")),
		to("kinesisanalytics.new", "kinesisanalytics.amazonaws.com", refs("KINESISANALYTICS", "001"), fresh("", "kinesisanalytics:CreateApplication"),
			fresh("kinesisanalytics:application/", "kinesisanalytics:StartApplication")),
		to("omics.new-run", "omics.amazonaws.com", refs("OMICS", "001"), fresh("omics:workflow/", "omics:CreateWorkflow"), fresh("omics:run/", "omics:StartRun")),
		to("braket.new-job", "braket.amazonaws.com", refs("BRAKET", "001"), fresh("braket:job/", "braket:CreateJob")),
		to("rolesanywhere.profile", "rolesanywhere.amazonaws.com", nil, fresh("rolesanywhere:trust-anchor/", "rolesanywhere:CreateTrustAnchor", "rolesanywhere:UpdateTrustAnchor"),
			fresh("rolesanywhere:profile/", "rolesanywhere:CreateProfile", "rolesanywhere:UpdateProfile")),
	}
}
