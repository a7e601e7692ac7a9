@echo off
chcp 936 >nul
setlocal EnableDelayedExpansion
set "FUPIN=%~dp0venv\Scripts\fupin.exe"
if exist "!FUPIN!" goto ready
echo 还没有安装：先双击 安装.bat
pause
exit /b 1
:ready
if not "%~1"=="" goto direct
set "WORK=%~dp0工作区"
set "M="
:menu
cls
echo  就业帮扶资金核查
echo  工作区：!WORK!
echo  月份：!M!
echo.
echo   0  新建工作区
echo   1  选工作区和月份
echo   2  收表：打开收件夹，把当月的表放进去
echo   3  核查
echo   4  测算岗位补贴
echo   5  批准（要换一个人）
echo   6  代发：打开输出文件夹，把代发文件交银行
echo   7  对账（银行回盘放进收件夹以后）
echo   8  关账
echo   9  各月状态
echo   J  检查本机和工作区
echo   X  退出
echo.
set "CHOICE="
set /p "CHOICE=请输入数字或字母，再按回车: "
if "!CHOICE!"=="0" goto new
if "!CHOICE!"=="1" goto choose
if /i "!CHOICE!"=="J" goto doctor
if /i "!CHOICE!"=="X" exit /b 0
if "!CHOICE!"=="9" goto status
if "!M!"=="" goto nomonth
if "!CHOICE!"=="2" goto inbox
if "!CHOICE!"=="3" goto check
if "!CHOICE!"=="4" goto payroll
if "!CHOICE!"=="5" goto approve
if "!CHOICE!"=="6" goto out
if "!CHOICE!"=="7" goto reconcile
if "!CHOICE!"=="8" goto close
goto menu
:new
set "COUNTY="
set /p "COUNTY=县（市、区）名称: "
"!FUPIN!" init "!WORK!" --county "!COUNTY!"
goto wait
:choose
set "ANSWER="
set /p "ANSWER=工作区文件夹（不改直接按回车）: "
if defined ANSWER set "WORK=!ANSWER:"=!"
set /p "M=月份，例如 2024-05: "
goto menu
:nomonth
echo 先选 1，写明月份
goto wait
:inbox
if not exist "!WORK!\inbox\!M!" mkdir "!WORK!\inbox\!M!"
start "" "!WORK!\inbox\!M!"
goto menu
:check
"!FUPIN!" check !M! --workspace "!WORK!"
goto wait
:payroll
set "WHO="
set /p "WHO=编制人姓名: "
"!FUPIN!" payroll !M! --by "!WHO!" --workspace "!WORK!"
goto wait
:approve
set "WHO="
set "DOC="
set /p "WHO=审核人姓名: "
set /p "DOC=批准文号: "
"!FUPIN!" approve !M! --by "!WHO!" --document "!DOC!" --workspace "!WORK!"
goto wait
:out
start "" "!WORK!\out\!M!"
goto menu
:reconcile
"!FUPIN!" reconcile !M! --workspace "!WORK!"
goto wait
:close
set "WHO="
set /p "WHO=负责人姓名: "
"!FUPIN!" close !M! --by "!WHO!" --workspace "!WORK!"
goto wait
:status
"!FUPIN!" status --workspace "!WORK!"
goto wait
:doctor
"!FUPIN!" doctor --workspace "!WORK!"
goto wait
:wait
echo.
pause
goto menu
:direct
"!FUPIN!" %*
exit /b !errorlevel!
